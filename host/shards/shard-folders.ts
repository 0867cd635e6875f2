import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogRefused } from '../../log/failures.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import { makePrivateFolder, syncFolder } from '../../storage/folders.ts';
import type { StorageEngine } from '../../storage/engine.ts';
import { engineOf } from '../../storage/engines/index.ts';
import { lostShard, otherShard, readBegunShards, type RecordedShard } from './begun-shards.ts';

/*
 * The first shard of a log lives in the data folder itself, each later one in `shards/<number>-<origin>` below it; their
 * head journals stand in the heads folder in the same way. Once its folder is there a shard is there: whoever opens the log
 * makes what is missing in it, so that a start that was cut short is finished by the next one.
 */

export interface ShardFolder {
  /** 1 for the first. */
  readonly number: number;
  /** Undefined for the first: it is written in the log only. */
  readonly origin: string | undefined;
  readonly folder: string;
  /** Of its head journal. */
  readonly heads: string;
  /** Of the log in it, or of the one that begins there. */
  readonly engine: StorageEngine;
  /** The record that it has begun; undefined for the first, and where there is none. */
  readonly begun: RecordedShard | undefined;
}

/** Below the data folder. */
const SHARDS = 'shards';

/** All shards of the log in `data`, oldest first. @throws LogRefused if one is missing, there twice, or not as it was recorded */
export function shardFolders(data: string, heads: string): readonly ShardFolder[] {
  const recorded = readBegunShards([data, heads]);
  const later = namesIn(join(data, SHARDS)).map(([number, origin, name]) => {
    const begun = recorded.find((one) => one.number === number);
    const folder = join(data, SHARDS, name);
    return { number, origin, folder, heads: join(heads, name), engine: engineOf(folder), begun };
  });
  for (const shard of recorded) {
    if (later.some(({ number, origin }) => number === shard.number && origin === shard.origin)) continue;
    const name = `${shard.number}-${shard.origin}`;
    throw new LogRefused(lostShard(`${join(data, SHARDS, name)} is missing`, shard, join(heads, name)));
  }
  for (const [i, { number, folder }] of later.entries()) {
    if (number < i + 2) throw new LogRefused(`${folder} is a second shard ${number}: move what is no shard elsewhere`);
    if (number > i + 2)
      throw new LogRefused(`shard ${i + 2} is missing from ${join(data, SHARDS)}: put its folder back`);
  }
  for (const [, , name] of namesIn(heads)) {
    if (later.some((shard) => shard.heads === join(heads, name))) continue;
    throw new LogRefused(`${join(heads, name)} is there, and ${join(data, SHARDS, name)} is not: put that shard back`);
  }
  return [firstFolder(data, heads), ...later];
}

/** The first shard, whose folder may be missing. */
export function firstFolder(data: string, heads: string): ShardFolder {
  return { number: 1, origin: undefined, folder: data, heads, engine: engineOf(data), begun: undefined };
}

/** @param found - the log in the folder; undefined for none @throws LogRefused unless it is the one that was recorded, if one was */
export function requireAsRecorded({ folder, heads, begun }: ShardFolder, found: LogIdentity | undefined): void {
  if (begun === undefined || found?.treeId === begun.treeId) return;
  throw new LogRefused(
    found === undefined ? lostShard(`${folder} holds no log`, begun, heads) : otherShard(folder, found, begun),
  );
}

/** Whether it was made for a shard that has not begun. */
export function isUnopened({ number, folder, engine }: ShardFolder): boolean {
  return number > 1 && !engine.exists(folder);
}

/** From now on the log has this shard. Durable once it returns. */
export function addShardFolder(data: string, number: number, origin: string): void {
  const shards = join(data, SHARDS);
  makePrivateFolder(shards);
  mkdirSync(join(shards, `${number}-${origin}`), { mode: 0o700 });
  syncFolder(shards);
}

/** Number, origin and whole name; what is not called so is no shard. */
function namesIn(folder: string): readonly (readonly [number, string, string])[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .map((name) => /^(\d+)-(.+)$/.exec(name))
    .filter((parts) => parts !== null)
    .map(([name, number, origin = '']) => [Number(number), origin, name] as const)
    .sort(([a], [b]) => a - b);
}
