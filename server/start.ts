import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../log/clock.ts';
import { LogRefused } from '../log/failures.ts';
import { LogShards } from '../log/shards.ts';
import type { FolderLock } from '../storage/engines/sqlite/file/lock.ts';
import { makePrivateFolder } from '../storage/folders.ts';
import type { WitnessState } from '../storage/witness-state.ts';
import { makeDevFolder } from './dev-folder.ts';
import { checkPlace, recordPlace, refreshPlace } from './place.ts';
import { recoverCommandOf } from './recover-command.ts';
import { type ShardFolder, shardFolders } from './shard-folders.ts';
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
  /** Undefined: the origin that the log has, or `localhost` for a log that begins now. */
  readonly origin: string | undefined;
  readonly volume: 'fixed' | 'moves';
  /** Policy of our own witness; undefined if there is none. */
  readonly witnessFor: string | undefined;
}

export interface StartedLog extends AsyncDisposable {
  readonly shards: LogShards;
  readonly started: readonly StartedShard[];
  /** Of our own witness: kept with the first shard. */
  readonly witnessState: WitnessState;
  /** Of the folder in which its journal stands, with the head journal of the first shard. */
  readonly headsLock: FolderLock;
  /** As `OpenedLog.publish`, for every shard. */
  publish(): Promise<void>;
}

/** Opens the log that the settings name, all its shards, or begins it. @throws LogRefused, StoreRefused */
export async function startLog(settings: StartSettings, options: StartOptions): Promise<StartedLog> {
  await using cleanup = new AsyncDisposableStack();
  requireTime(settings, options.clock);
  const folder = settings.dev ? makeDevFolder() : settings.data;
  if (settings.dev) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const heads = settings.dev ? join(folder, 'heads') : settings.heads;
  prepareFolder(folder, settings, options.announce);

  const [, ...later] = shardFolders(folder, heads);
  const recoverCommand = recoverCommandOf(settings);
  const place = { ...settings, folder, heads, offset: 0, recoverCommand };
  const first = cleanup.use(await startShard(place, settings, options));
  const started = [first];
  for (const shard of later) {
    const before = started.at(-1) as StartedShard;
    requireEnded(before, shard);
    started.push(cleanup.use(await startShard({ ...placeOf(shard, before), recoverCommand }, settings, options)));
  }
  const shards = new LogShards(started.map(({ opened }) => opened.log));
  requireDistinct(shards);
  // What our own witness remembers is written down with the first shard, also when that has ended.
  const ended = started.filter(
    ({ opened: { log }, store }) =>
      log.frozenAt !== undefined && !(store === first.store && settings.witnessFor !== undefined),
  );
  await Promise.all(ended.map(({ store }) => store.retire()));
  if (!settings.dev && settings.volume === 'fixed') refreshPlace(folder);
  const parts = cleanup.move();
  const publish = async (): Promise<void> => {
    for (const { opened } of started) await opened.publish();
  };
  const { store: witnessState, headsLock } = first;
  return { shards, started, witnessState, headsLock, publish, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** A log that begins under a wrong clock has its first entry in another time for ever. @throws LogRefused */
function requireTime({ dev, data }: StartSettings, clock: Clock): void {
  const doubt = dev || !existsSync(join(data, 'stele.db')) ? clock.doubt(0) : undefined;
  if (doubt !== undefined) throw new LogRefused(`no log begins now: ${doubt}`);
}

function prepareFolder(folder: string, { dev, volume }: StartSettings, announce: (sentence: string) => void): void {
  if (dev) return;
  makePrivateFolder(folder);
  if (!existsSync(join(folder, 'stele.db'))) {
    announce(`made the data folder ${folder}`);
    return recordPlace(folder);
  }
  if (volume === 'fixed') checkPlace(folder);
}

function placeOf(
  { folder, heads, origin }: ShardFolder,
  { opened: { log } }: StartedShard,
): Omit<ShardPlace, 'recoverCommand'> {
  const offset = log.shard.offset + log.head().size;
  return { folder, heads, v1Key: keyFile(folder, 'rekor-v1'), tileKey: keyFile(folder, 'tile'), origin, offset };
}

const keyFile = (folder: string, name: string): string => join(folder, 'keys', `${name}.pem`);

/** A shard is made once the one before it has ended. @throws LogRefused */
function requireEnded({ opened: { log } }: StartedShard, { folder }: ShardFolder): void {
  if (log.frozenAt === undefined)
    throw new LogRefused(
      `${log.shard.origin} still grows, and ${folder} is there to follow it: put back what is newer, or move that folder away`,
    );
}

/** A second tree under one origin is a fork to everyone outside. @throws LogRefused */
function requireDistinct({ all }: LogShards): void {
  for (const what of ['origin', 'treeId', 'logId'] as const) {
    const seen = new Set<string>();
    for (const { shard } of all) {
      if (seen.has(shard[what])) throw new LogRefused(`two shards are ${shard[what]}: a name is used once, for ever`);
      seen.add(shard[what]);
    }
  }
}
