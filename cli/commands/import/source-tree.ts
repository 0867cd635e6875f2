import { type EntrySource, readEntries } from '../../../client/audit/scan-entries.ts';
import { NoLog } from '../../../client/http/failures.ts';
import { MAX_RETRIEVED } from '../../../client/http/retrieve.ts';
import type { HttpTiles } from '../../../client/http/http-tiles.ts';
import type { LogClient } from '../../../client/http/log-client.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import { VerifiedTree } from '../../../client/verified-tree.ts';
import type { ImportedHead } from '../../../host/folder/imported.ts';
import { bodiesIn } from '../../../merkle/entry-bundle.ts';
import { TILE_WIDTH, tileWidth } from '../../../merkle/tile.ts';
import type { LeafRange } from '../../../merkle/types.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import { inParallel } from '../../log/pool.ts';

/** An entry of another log that was checked, as it is stored. Of a log of tiles without time and signed entry timestamp. */
export interface SourceEntry {
  readonly body: Uint8Array;
  /** Seconds since 1970; 0 where the log keeps none. */
  readonly integratedTime: number;
  /** Empty where the log signs none. */
  readonly signedEntryTimestamp: Uint8Array;
}

/** A tree of another log under its newest head. */
export interface SourceTree {
  readonly client: LogClient;
  readonly head: TrustedHead;
  /** The notes that are kept. */
  readonly notes: ImportedHead;
  /** As it stands in the folder. */
  readonly identity: Omit<LogIdentity, 'created'>;
  /** Opens the tree to be read. */
  open(): Promise<SourceReader>;
}

export interface SourceReader {
  /** Entries that are read and stored together. @returns where those that begin at `from` end */
  endOf(from: number): number;
  /** The checked entries of a range. @throws FalseAnswer, UnverifiedTile for what does not hold */
  read(range: LeafRange): Promise<readonly SourceEntry[]>;
}

const REQUESTS_AT_ONCE = 8;
/** Entries of Rekor v1 that are stored together. */
const RETRIEVED_TOGETHER = 2 * REQUESTS_AT_ONCE * MAX_RETRIEVED;
/** Bundles that are stored together: 64 MiB of the longest entries. */
const BUNDLES_TOGETHER = 4;

/** Reads a tree by the API of Rekor v1. */
export function entryReader(source: EntrySource, { checkpoint }: TrustedHead): SourceReader {
  const { size } = checkpoint;
  return {
    endOf: (from) => Math.min(size, from + RETRIEVED_TOGETHER),
    read: async ({ from, to }) => {
      const starts = Array.from({ length: Math.ceil((to - from) / MAX_RETRIEVED) }, (_, i) => from + i * MAX_RETRIEVED);
      const parts = await inParallel(starts, REQUESTS_AT_ONCE, (start) =>
        readInParts(source, { from: start, to: Math.min(to, start + MAX_RETRIEVED) }),
      );
      return parts.flat();
    },
  };
}

/** Entries that are too long for one answer together are asked for in smaller parts. */
async function readInParts(source: EntrySource, { from, to }: LeafRange): Promise<readonly SourceEntry[]> {
  try {
    return await readEntries(source, { from, to });
  } catch (error) {
    if (!(error instanceof NoLog) || to - from === 1) throw error;
    const middle = from + Math.ceil((to - from) / 2);
    const first = await readInParts(source, { from, to: middle });
    return [...first, ...(await readInParts(source, { from: middle, to }))];
  }
}

/** Reads a tree from its tiles and bundles. @throws UnverifiedTile if they are not those of the head */
export async function tileReader(tiles: HttpTiles, { checkpoint }: TrustedHead): Promise<SourceReader> {
  const { size } = checkpoint;
  const tree = await VerifiedTree.open(tiles, checkpoint);
  const bundleAt = async (number: number): Promise<readonly Uint8Array[]> =>
    bodiesIn(await tree.bundle(number, tileWidth({ level: 0, index: number }, size))) ?? [];
  return {
    endOf: (from) => Math.min(size, (Math.floor(from / TILE_WIDTH) + BUNDLES_TOGETHER) * TILE_WIDTH),
    read: async ({ from, to }) => {
      const first = Math.floor(from / TILE_WIDTH);
      const numbers = Array.from({ length: Math.ceil(to / TILE_WIDTH) - first }, (_, i) => first + i);
      const bodies = (await Promise.all(numbers.map(bundleAt))).flat();
      return bodies.slice(from - first * TILE_WIDTH, to - first * TILE_WIDTH).map(withoutPromise);
    },
  };
}

function withoutPromise(body: Uint8Array): SourceEntry {
  return { body, integratedTime: 0, signedEntryTimestamp: new Uint8Array() };
}
