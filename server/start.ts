import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../log/clock.ts';
import { type OpenedLog, openLog } from '../log/open.ts';
import type { SequencerLimits } from '../log/sequencer.ts';
import type { LogStore } from '../storage/contract.ts';
import { openFileJournal } from '../storage/engines/file-journal/open.ts';
import { openSqliteStore } from '../storage/engines/sqlite/open.ts';
import { birthOf } from './birth.ts';
import { type KeyFace, type LogKey, inventKey, readKey, readOrMakeKey } from './keys.ts';
import { checkPlace, recordPlace } from './place.ts';
import { originOf } from './settings/network-values.ts';

export interface StartSettings {
  readonly data: string;
  readonly heads: string;
  readonly v1Key: string;
  readonly tileKey: string;
  /** Undefined: what the log has, or the machine's host name for a log that begins now. */
  readonly origin: string | undefined;
  readonly genesis: boolean;
  readonly volume: 'fixed' | 'moves';
  /** Keys in memory and data in a temporary folder. */
  readonly dev: boolean;
  readonly limits: SequencerLimits;
}

export interface StartOptions {
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  /** Told once for each thing that the first start made. */
  readonly announce: (sentence: string) => void;
}

export interface StartedLog extends AsyncDisposable {
  readonly opened: OpenedLog;
}

/** Opens the log that the settings name, or begins it: folder, keys, tree id, entry 0. @throws LogRefused, StoreRefused */
export async function startLog(settings: StartSettings, options: StartOptions): Promise<StartedLog> {
  const folder = settings.dev ? mkdtempSync(join(tmpdir(), 'stele-dev-')) : settings.data;
  await using cleanup = new AsyncDisposableStack();
  if (settings.dev) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));

  const store = cleanup.use(await openSqliteStore(folder, `process ${process.pid} on ${hostname()}`));
  const journal = cleanup.use(await openFileJournal(settings.dev ? join(folder, 'heads') : settings.heads));
  const keys = await settle(store, folder, settings, options.announce);
  const opened = cleanup.use(
    await openLog({
      ...options,
      store,
      journal,
      expected: { origin: keys.origin, logId: keys.v1.id, tileKeyId: keys.tile.id },
      publicKey: keys.v1.publicKey,
      signer: keys.v1.signer,
      limits: settings.limits,
      newTreeId,
    }),
  );
  if (opened.created) options.announce(`began log ${keys.origin} with tree id ${opened.identity.treeId}`);
  if (settings.genesis && opened.log.head().size === 0) {
    const { document, entry } = await birthOf(opened.identity, keys.v1, keys.tile);
    writeFileSync(join(folder, 'birth.json'), document);
    await opened.log.add(entry);
    options.announce('wrote entry 0, the log about itself (birth.json)');
  }
  const parts = cleanup.move();
  return { opened, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

interface Settled {
  readonly origin: string;
  readonly v1: LogKey;
  readonly tile: LogKey;
}

/** Finds what an existing log needs to go on, or makes what a new one needs to begin. @throws LogRefused */
async function settle(
  store: LogStore,
  folder: string,
  settings: StartSettings,
  announce: (sentence: string) => void,
): Promise<Settled> {
  const identity = await store.identity();
  const origin = settings.origin ?? identity?.origin ?? originOf(hostname());
  if (settings.dev) return { origin, v1: inventKey('v1'), tile: inventKey('tile') };
  if (identity) {
    if (settings.volume === 'fixed') checkPlace(folder);
    return { origin, v1: readKey('v1', settings.v1Key), tile: readKey('tile', settings.tileKey) };
  }

  const make = (face: KeyFace, file: string): LogKey => {
    const { key, made } = readOrMakeKey(face, file);
    announce(`${made ? 'made' : 'found'} the ${face} key ${file}`);
    return key;
  };
  announce(`made the data folder ${folder}`);
  recordPlace(folder);
  return { origin, v1: make('v1', settings.v1Key), tile: make('tile', settings.tileKey) };
}

/** A positive int64, random: two logs with one tree id could be taken for one. */
function newTreeId(): string {
  const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
  return String(id === 0n ? 1n : id);
}
