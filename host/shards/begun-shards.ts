import { join } from 'node:path';
import { LogRefused } from '../../log/failures.ts';
import { readIfThere, writeDurably } from '../folder/durable-file.ts';

/*
 * Later shards that have begun, by their tree ids. A shard that has lost its files looks like one that was prepared and has
 * never begun: a second tree under its name would be a fork. So a record outlives it, in the data folder and in the heads
 * folder, which is written once the shard has an identity and before it signs anything.
 */

export interface BegunShard {
  readonly number: number;
  readonly origin: string;
  readonly treeId: string;
}

/** A shard that has begun, and the file that says so. */
export interface RecordedShard extends BegunShard {
  readonly file: string;
}

/** Name in the data folder, and in the heads folder. */
const BEGUN_SHARDS = 'begun-shards.json';

/**
 * All shards that the records in `folders` name; the newest of each number is one, for records that differ are refused.
 *
 * @throws LogRefused for a record that cannot be read, or contradicts another
 */
export function readBegunShards(folders: readonly string[]): readonly RecordedShard[] {
  const found = new Map<number, RecordedShard>();
  for (const shard of folders.flatMap(readRecord)) {
    const before = found.get(shard.number);
    if (before !== undefined && !isSame(before, shard))
      throw new LogRefused(
        `${before.file} says that ${named(before)} has begun, and ${shard.file} says ${named(shard)}: put together the files of one log`,
      );
    found.set(shard.number, before ?? shard);
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** Records that a shard has begun, in each folder that does not say so yet. Durable once it returns. */
export function recordBegunShard(folders: readonly string[], { number, origin, treeId }: BegunShard): void {
  const shard = { number, origin, treeId };
  for (const folder of folders) {
    const shards = readRecord(folder).map((one) => ({ number: one.number, origin: one.origin, treeId: one.treeId }));
    if (shards.some((one) => isSame(one, shard))) continue;
    writeDurably(join(folder, BEGUN_SHARDS), `${JSON.stringify({ shards: [...shards, shard] })}\n`);
  }
}

/** Returns the refusal of a start whose shard is lost. @param loss - says what is missing @param heads - folder of the shard's head journal */
export function lostShard(loss: string, shard: RecordedShard, heads: string): string {
  return (
    `${loss}, and ${named(shard)} has begun there, as ${shard.file} says: a second tree under its name is a fork. ` +
    `Put back its folder and its head journal in ${heads}, from the newest copy. If they are gone for good, nothing may sign as ` +
    `${shard.origin} again: begin another log under another host name, with --data, --heads and keys of its own`
  );
}

/** Returns the refusal of a start where another shard stands in the place of one that has begun. */
export function otherShard(folder: string, found: Omit<BegunShard, 'number'>, shard: RecordedShard): string {
  return `${folder} holds log ${found.treeId} (${found.origin}), and ${shard.file} says that ${named(shard)} has begun there: put together the files of one log`;
}

const named = ({ number, origin, treeId }: BegunShard): string => `shard ${number} (${origin}, tree id ${treeId})`;

const isSame = (one: BegunShard, other: BegunShard): boolean =>
  one.number === other.number && one.origin === other.origin && one.treeId === other.treeId;

/** @throws LogRefused */
function readRecord(folder: string): readonly RecordedShard[] {
  const file = join(folder, BEGUN_SHARDS);
  const text = readIfThere(file);
  if (text === undefined) return [];
  const shards = parseRecord(text);
  if (shards === undefined)
    throw new LogRefused(
      `${file} cannot be read as a record of shards that have begun: put it back as it was. ` +
        'Only if the folder of each shard is there and whole, move it away: the next start writes it anew',
    );
  return shards.map((shard) => ({ ...shard, file }));
}

function parseRecord(text: string): readonly BegunShard[] | undefined {
  try {
    const { shards } = JSON.parse(text) as { readonly shards?: unknown };
    return Array.isArray(shards) && shards.every(isBegunShard) ? shards : undefined;
  } catch {
    return undefined;
  }
}

function isBegunShard(value: unknown): value is BegunShard {
  if (typeof value !== 'object' || value === null) return false;
  const { number, origin, treeId } = value as Partial<Record<keyof BegunShard, unknown>>;
  return Number.isSafeInteger(number) && typeof origin === 'string' && typeof treeId === 'string';
}
