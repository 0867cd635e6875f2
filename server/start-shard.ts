import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../log/clock.ts';
import { openLog } from '../log/open.ts';
import type { LogKeys, OpenedLog, Publication } from '../log/opening.ts';
import type { SequencerLimits } from '../log/sequencer.ts';
import type { LogStore } from '../storage/contract.ts';
import { makePrivateFolder } from '../storage/folders.ts';
import { openFileJournal } from '../storage/engines/file-journal/open.ts';
import { type FolderLock, lockFolder } from '../storage/engines/sqlite/file/lock.ts';
import type { RoomSettings } from '../storage/engines/sqlite/file/room.ts';
import { openSqliteStore, type SqliteStore } from '../storage/engines/sqlite/open.ts';
import { birthOf, type BirthKind } from './birth.ts';
import { type KeyFace, inventKey, type LogKey, readKey, readOrMakeKey, tileKeyOf } from './keys.ts';
import { DEFAULT_ORIGIN } from './settings/values/network-values.ts';

/** Where a shard is, and who it is if it begins now. */
export interface ShardPlace {
  readonly folder: string;
  /** Folder of its head journal. */
  readonly heads: string;
  readonly v1Key: string;
  readonly tileKey: string;
  /** Undefined: the origin that the log has, or `localhost` for a log that begins now. */
  readonly origin: string | undefined;
  /** Sum of the sizes of the shards before it. */
  readonly offset: number;
  /** What an operator types to hear what can be done where log and journal do not fit. */
  readonly recoverCommand: string;
}

export interface ShardSettings {
  /** What entry 0 is; undefined for none. */
  readonly genesis: BirthKind | undefined;
  /** Keys in memory and data in a temporary folder. */
  readonly dev: boolean;
  readonly limits: SequencerLimits;
  /** Bytes that stay free on the volumes of the data and the heads folder; undefined for the standard share of each. */
  readonly minFree: number | undefined;
}

export interface StartOptions {
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  /** Told once for each thing that the first start made. */
  readonly announce: (sentence: string) => void;
  /** Told of what the operator should know of while the log runs. */
  readonly warn: (sentence: string) => void;
  /** How heads come to be shown: of a shard that grows. */
  readonly publication: (store: LogStore) => Promise<Publication>;
}

export interface StartedShard extends AsyncDisposable {
  readonly opened: OpenedLog;
  readonly store: SqliteStore;
  /** Of the folder of its head journal. */
  readonly headsLock: FolderLock;
}

/** Opens the shard in its folder, or begins it: keys, tree id, entry 0. @throws LogRefused, StoreRefused */
export async function startShard(
  place: ShardPlace,
  settings: ShardSettings,
  options: StartOptions,
): Promise<StartedShard> {
  await using cleanup = new AsyncDisposableStack();
  const { announce } = options;
  const owner = `process ${process.pid} on ${hostname()}`;
  const store = cleanup.use(await openSqliteStore(place.folder, { owner, announce, room: roomOf(place, settings) }));
  const headsLock = cleanup.use(lockHeads(place.heads, owner));
  const journal = cleanup.use(await openFileJournal(headsLock));
  const keys = await settle(store, place, settings.dev, announce);
  const opened = cleanup.use(
    await openLog({
      ...options,
      store,
      journal,
      expected: await expectedOf(store, place, keys),
      keys: keys && { signers: { v1: keys.v1.signer, tile: keys.tile.signer }, publicKeys: publicKeysOf(keys) },
      tileKeyOf,
      limits: settings.limits,
      publication: await options.publication(store),
      newTreeId,
      recoverCommand: place.recoverCommand,
      offset: place.offset,
    }),
  );
  const { identity, created, log } = opened;
  if (created) announce(`began log ${identity.origin} with tree id ${identity.treeId}`);
  if (created && place.origin === undefined && !settings.dev)
    announce(
      `this log is for trying: it is named ${identity.origin} for ever, and is kept in ${resolve(place.folder)}. ` +
        'A log that others will use needs its host name and a folder of its own at its first start: ' +
        'npm start -- --origin log.example.org --data /var/lib/stele/data',
    );
  if (keys && settings.genesis !== undefined && log.frozenAt === undefined && (await store.head()) === undefined) {
    const { document, entry } = await birthOf(identity, keys.v1, keys.tile, settings.genesis);
    writeFileSync(join(place.folder, 'birth.json'), document);
    await log.addFirst(entry);
    announce('wrote entry 0, the log about itself (birth.json)');
  }
  cleanup.use(watch([store, journal], options.fatal));
  const parts = cleanup.move();
  return { opened, store, headsLock, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function roomOf({ heads }: ShardPlace, { minFree }: ShardSettings): RoomSettings {
  return { minFree, others: [heads] };
}

function lockHeads(folder: string, owner: string): FolderLock {
  makePrivateFolder(folder);
  return lockFolder(folder, owner);
}

/** Milliseconds between two looks at the files of a log that nobody asks for anything. */
const WATCH_MS = 1000;

/** Looks again and again whether files are still those that were opened: what an idle log has lost would not be seen. */
function watch(watched: readonly { check(): Promise<void> }[], fatal: (reason: unknown) => void): AsyncDisposable {
  let looking: Promise<unknown> = Promise.resolve();
  const look = (): void => void (looking = Promise.all(watched.map((one) => one.check())).catch(fatal));
  const timer = setInterval(look, WATCH_MS).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await looking; // or it would miss files that are gone because the log was closed
    },
  };
}

interface Keys {
  readonly v1: LogKey;
  readonly tile: LogKey;
}

const publicKeysOf = ({ v1, tile }: Keys): LogKeys['publicKeys'] => ({ v1: v1.publicKey, tile: tile.publicKey });

/** A shard that has ended is who it is: it has no use for keys, and may have lost them. */
async function expectedOf(store: LogStore, place: ShardPlace, keys: Keys | undefined) {
  const identity = await store.identity();
  const origin = place.origin ?? identity?.origin ?? DEFAULT_ORIGIN;
  if (keys !== undefined) return { origin, logId: keys.v1.id, tileKeyId: keys.tile.id };
  return { origin, logId: identity?.logId ?? '', tileKeyId: identity?.tileKeyId ?? '' };
}

/** Finds the keys that an existing shard needs to go on, or makes those of a new one. @throws LogRefused */
async function settle(
  store: LogStore,
  place: ShardPlace,
  dev: boolean,
  announce: (sentence: string) => void,
): Promise<Keys | undefined> {
  if (dev) return { v1: inventKey('v1'), tile: inventKey('tile') };
  const identity = await store.identity();
  if ((await store.frozen()) !== undefined && identity?.publicKeys !== undefined) return undefined;
  if (identity) return { v1: readKey('v1', place.v1Key), tile: readKey('tile', place.tileKey) };
  const make = (face: KeyFace, file: string): LogKey => {
    const { key, made } = readOrMakeKey(face, file);
    announce(`${made ? 'made' : 'found'} the ${face} key ${file}`);
    return key;
  };
  return { v1: make('v1', place.v1Key), tile: make('tile', place.tileKey) };
}

/** A positive int64, random: two logs with one tree id could be taken for one. */
function newTreeId(): string {
  const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
  return String(id === 0n ? 1n : id);
}
