import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogRefused } from '../log/failures.ts';
import { LogShards } from '../log/shards.ts';
import type { WitnessState } from '../storage/witness-state.ts';
import { checkPlace, recordPlace } from './place.ts';
import {
  type ShardPlace,
  type ShardSettings,
  type StartedShard,
  type StartOptions,
  startShard,
} from './start-shard.ts';

export interface StartSettings extends ShardSettings {
  readonly data: string;
  readonly heads: string;
  readonly v1Key: string;
  readonly tileKey: string;
  /** Undefined: what the log has, or the machine's host name for a log that begins now. */
  readonly origin: string | undefined;
  readonly volume: 'fixed' | 'moves';
}

export interface StartedLog extends AsyncDisposable {
  readonly shards: LogShards;
  readonly started: readonly StartedShard[];
  /** Of our own witness: kept with the first shard. */
  readonly witnessState: WitnessState;
}

/** Below the data folder: shards after the first, each in a folder that has its origin as its name. */
export const SHARDS = 'shards';

/** Opens the log that the settings name, all its shards, or begins it. @throws LogRefused, StoreRefused */
export async function startLog(settings: StartSettings, options: StartOptions): Promise<StartedLog> {
  await using cleanup = new AsyncDisposableStack();
  const folder = settings.dev ? mkdtempSync(join(tmpdir(), 'stele-dev-')) : settings.data;
  if (settings.dev) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const heads = settings.dev ? join(folder, 'heads') : settings.heads;
  prepareFolder(folder, settings, options.announce);

  const first = cleanup.use(await startShard({ ...settings, folder, heads, offset: 0 }, settings, options));
  const started = [first];
  for (const name of laterShards(folder)) {
    const before = started.at(-1) as StartedShard;
    requireEnded(before, name);
    started.push(cleanup.use(await startShard(placeOf(folder, heads, name, before), settings, options)));
  }
  const shards = new LogShards(started.map(({ opened }) => opened.log));
  requireDistinct(shards);
  const parts = cleanup.move();
  return { shards, started, witnessState: first.store, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function prepareFolder(folder: string, { dev, volume }: StartSettings, announce: (sentence: string) => void): void {
  if (dev) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, 'stele.db'))) {
    announce(`made the data folder ${folder}`);
    return recordPlace(folder);
  }
  if (volume === 'fixed') checkPlace(folder);
}

/** In the order in which they were made: each name begins with its number. */
function laterShards(folder: string): readonly string[] {
  const path = join(folder, SHARDS);
  return existsSync(path) ? readdirSync(path).sort((a, b) => numberOf(a) - numberOf(b)) : [];
}

const numberOf = (name: string): number => Number(name.split('-', 1).join(''));

/** @param name - `<number>-<origin>` */
function placeOf(folder: string, heads: string, name: string, before: StartedShard): ShardPlace {
  const { log } = before.opened;
  const own = join(folder, SHARDS, name);
  return {
    folder: own,
    heads: join(heads, name),
    v1Key: join(own, 'keys', 'rekor-v1.pem'),
    tileKey: join(own, 'keys', 'tile.pem'),
    origin: name.slice(name.indexOf('-') + 1),
    offset: log.shard.offset + log.head().size,
  };
}

function requireEnded({ opened: { log } }: StartedShard, next: string): void {
  if (log.frozenAt === undefined)
    throw new LogRefused(`${log.shard.origin} still grows, and ${next} is there to follow it: run npm run shard again`);
}

/** A second tree under one origin is a fork to everyone outside. @throws LogRefused */
function requireDistinct({ all }: LogShards): void {
  for (const what of ['origin', 'treeId'] as const) {
    const seen = new Set<string>();
    for (const { shard } of all) {
      if (seen.has(shard[what])) throw new LogRefused(`two shards are ${shard[what]}: a name is used once, for ever`);
      seen.add(shard[what]);
    }
  }
}
