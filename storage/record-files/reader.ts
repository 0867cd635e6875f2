import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { equalBytes } from '../../base/bytes.ts';
import { StoreRefused } from '../failures.ts';
import { EMPTY_LIST } from '../records/record.ts';
import type { Step } from '../records/step.ts';
import { keyCopy, type KeyName, manifestFile, segmentFile } from './layout.ts';
import { type Manifest, readManifest, type ShardExtent } from './manifest.ts';
import { DamagedSegment, type PlacedRecord, readRecords } from './segments.ts';

/** A part of a copy of a log, in the order in which it is read: each shard with its steps, then the keys. */
export type CopyPart =
  | { readonly part: 'shard'; readonly shard: number }
  /** @property where - names the file, for who finds that they do not fit */
  | { readonly part: 'steps'; readonly steps: readonly Step[]; readonly where: string }
  | { readonly part: 'key'; readonly shard: number; readonly name: KeyName; readonly pem: Uint8Array };

/**
 * Reads a folder of records, also while another process appends to it. Behind what the manifest names there may be records
 * that are whole, which count, and one that was cut short, which does not.
 *
 * @param ignored - told of bytes behind the manifest that are no whole record
 * @throws StoreRefused for a folder that holds no copy, or whose manifest is damaged
 * @throws DamagedSegment for a file that does not hold what the manifest says
 */
export function* readCopy(folder: string, ignored: (sentence: string) => void): Generator<CopyPart, undefined> {
  const manifest = requireManifest(folder);
  for (const extent of manifest.shards) {
    yield { part: 'shard', shard: extent.number };
    for (const { steps, segment, bytes } of placed(folder, extent, ignored))
      yield { part: 'steps', steps, where: `${segmentFile(folder, extent.number, segment)}, before byte ${bytes}` };
  }
  for (const { shard, name, sum } of manifest.keys) {
    const file = keyCopy(folder, shard, name);
    const pem = readFileSync(file);
    if (hash('sha256', pem, 'hex') !== sum) throw new DamagedSegment(file, 'it is not what the manifest says');
    yield { part: 'key', shard, name, pem };
  }
  return undefined;
}

/** @throws StoreRefused */
export function requireManifest(folder: string): Manifest {
  const manifest = readManifest(folder);
  if (manifest !== undefined) return manifest;
  throw new StoreRefused(
    `${folder} holds no backup: ${manifestFile(folder)} is missing. Name the folder that stele backup wrote, or put the file back`,
  );
}

function* placed(
  folder: string,
  extent: ShardExtent,
  ignored: (sentence: string) => void,
): Generator<PlacedRecord, undefined> {
  let reached = extent.end.records === 0;
  try {
    for (const record of readRecords(folder, extent.number, { segment: 0, bytes: 0, end: EMPTY_LIST })) {
      if (!reached && record.end.records >= extent.end.records) {
        requireEnd(folder, extent, record);
        reached = true;
      }
      yield record;
    }
  } catch (error) {
    if (!reached || !(error instanceof DamagedSegment)) throw error;
    ignored(`${error.message}: a write that was cut short, which is left out`);
  }
  if (!reached) throw missingRecords(folder, extent);
  return undefined;
}

function missingRecords(folder: string, { number, segment, end }: ShardExtent): DamagedSegment {
  const files = Array.from({ length: segment }, (_, i) => segmentFile(folder, number, i + 1));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) return new DamagedSegment(missing, 'it is missing');
  return new DamagedSegment(
    segmentFile(folder, number, segment),
    `the records end before number ${end.records}, which the manifest names: the file was cut short`,
  );
}

/** @throws DamagedSegment unless the records end where the manifest says */
function requireEnd(folder: string, { number, segment, bytes, end }: ShardExtent, record: PlacedRecord): void {
  if (record.segment === segment && record.bytes === bytes && equalBytes(record.end.last, end.last)) return;
  throw new DamagedSegment(segmentFile(folder, number, segment), 'its records are not those that the manifest names');
}
