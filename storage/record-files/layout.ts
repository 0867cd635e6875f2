import { join } from 'node:path';

/*
 * A folder of records: `manifest.json`, for each shard of the log a folder of segments, which are only ever appended to, and
 * copies of the log's keys if they were asked for. Nothing in it is written over; the manifest is replaced as a whole.
 */

/** Bytes after which a segment gets no more records, unless a test says otherwise. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;

export const manifestFile = (folder: string): string => join(folder, 'manifest.json');

/** @param shard - its number, from 1 on */
export const shardFolder = (folder: string, shard: number): string => join(folder, `shard-${shard}`);

/** @param segment - its number, from 1 on */
export function segmentFile(folder: string, shard: number, segment: number): string {
  return join(shardFolder(folder, shard), `${String(segment).padStart(9, '0')}.records`);
}

/** Below the folder, for who may sign as the log. */
export const KEYS = 'keys';

/** Names of key files in the folder `keys` of a shard. */
export const KEY_NAMES = ['rekor-v1', 'tile', 'witness'] as const;
export type KeyName = (typeof KEY_NAMES)[number];

export const keyCopy = (folder: string, shard: number, name: KeyName): string =>
  join(folder, KEYS, `shard-${shard}-${name}.pem`);
