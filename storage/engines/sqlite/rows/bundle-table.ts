import type Database from 'better-sqlite3';
import { type EntryBundle, WHOLE_BUNDLE_BYTES } from '../../../contract.ts';
import { plainLengthAt, STREAM_END } from '../../../gunzip.ts';
import { BUNDLE_ENTRIES, type BundlePart, PART_ENTRIES, type PackedBundle } from './bundle-row.ts';

/*
 * The gzip stream of a bundle in eight rows, cut between parts: whoever wants one entry has SQLite read an eighth of the
 * stream, three pages of the file, and whoever wants the bundle joins them.
 */

export const PIECE_ENTRIES = 32;
export const PIECES = BUNDLE_ENTRIES / PIECE_ENTRIES;

export interface BundleReads {
  /** Number of the last; -1 if there is none. */
  last(): number;
  /** The stream of a bundle. @throws if some of it is gone */
  whole(number: number): Buffer | undefined;
  /** The same, read piece by piece unless it is short. @throws if some of it is gone */
  stored(number: number): EntryBundle | undefined;
  /** For who looks at all that is stored. @throws unless each piece begins in the stream where its row says */
  requireStarts(number: number): void;
  /** The bytes of the part that the entry is in. */
  part(index: number, part: BundlePart): Buffer | undefined;
}

export function bundleReads(db: Database.Database): BundleReads {
  const last = db.prepare<[], number | null>('SELECT max(place) FROM bundle_piece').pluck();
  const whole = db.prepare<[{ first: number }], { found: number; gzip: Buffer | null }>(
    `SELECT (${COUNTED}) AS found, ${JOINED} AS gzip`,
  );
  const one = db.prepare<[number], Buffer>('SELECT gzip FROM bundle_piece WHERE place = ?').pluck();
  const extent = db.prepare<[{ first: number }], Extent>(EXTENT);
  const extents = db.prepare<[number, number], { readonly start: number; readonly length: number }>(
    'SELECT start, length(gzip) AS length FROM bundle_piece WHERE place >= ? AND place < ? ORDER BY place',
  );
  // SQLite counts from 1.
  const part = db
    .prepare<[number, number, number], Buffer>('SELECT substr(gzip, ? - start, ?) FROM bundle_piece WHERE place = ?')
    .pluck();
  return {
    last: () => Math.floor((last.get() ?? -1) / PIECES),
    whole: (number) => {
      const { found = 0, gzip } = whole.get({ first: number * PIECES }) ?? {};
      if (gzip) return gzip;
      if (found > 0) throw new Error(`of ${PIECES} pieces there are ${found}`);
      return undefined;
    },
    stored(number) {
      const { found, length, largest, end } = extent.get({ first: number * PIECES }) ?? NOTHING;
      if (found === 0) return undefined;
      if (found < PIECES) throw new Error(`of ${PIECES} pieces there are ${found}`);
      const plainLength = plainLengthAt(end);
      if (length <= WHOLE_BUNDLE_BYTES) {
        const pieces = (): Iterable<Buffer> => [required(this.whole(number), number)];
        return { encoding: 'gzip', length, plainLength, largestPiece: length, pieces };
      }
      const pieces = (): Iterable<Buffer> =>
        Iterator.from(Array(PIECES).keys()).map((i) => required(one.get(number * PIECES + i), number));
      return { encoding: 'gzip', length, plainLength, largestPiece: largest, pieces };
    },
    requireStarts: (number) => {
      let end = 0;
      for (const [piece, { start, length }] of extents.all(number * PIECES, (number + 1) * PIECES).entries()) {
        if (start !== end) throw new Error(`piece ${piece} is not where its row says`);
        end += length;
      }
    },
    part: (index, { from, length }) => part.get(from + 1, length, Math.floor(index / PIECE_ENTRIES)),
  };
}

interface Extent {
  readonly found: number;
  readonly length: number;
  /** Bytes of the largest piece. */
  readonly largest: number;
  /** Last bytes of the stream. */
  readonly end: Buffer;
}

const NOTHING: Extent = { found: 0, length: 0, largest: 0, end: Buffer.alloc(0) };

function required(piece: Buffer | undefined, number: number): Buffer {
  if (piece === undefined) throw new Error(`a piece of bundle ${number} is missing`);
  return piece;
}

const COUNTED = `SELECT count(*) FROM bundle_piece WHERE place >= @first AND place < @first + ${PIECES}`;

/** All pieces from `@first` on, or NULL if one is missing. To join them here would cost half as much again. */
const JOINED = `CAST(${Array.from(
  { length: PIECES },
  (_, i) => `(SELECT gzip FROM bundle_piece WHERE place = @first + ${i})`,
).join(' || ')} AS BLOB)`;

/** Of the pieces from `@first` on no more is read than what says how long they are. */
const EXTENT = `SELECT count(*) AS found, sum(length(gzip)) AS length, max(length(gzip)) AS largest,
  (SELECT substr(gzip, -${STREAM_END}) FROM bundle_piece WHERE place = @first + ${PIECES - 1}) AS end
  FROM bundle_piece WHERE place >= @first AND place < @first + ${PIECES}`;

/** Adds a bundle. For a transaction. */
export function bundleWriter(db: Database.Database): (number: number, bundle: PackedBundle) => void {
  const add = db.prepare('INSERT INTO bundle_piece VALUES (?, ?, ?)');
  return (number, { gzip, parts }) => {
    for (let piece = 0; piece < PIECES; piece += 1) {
      const [start, end] = [startOf(parts, piece), startOf(parts, piece + 1) ?? gzip.length];
      add.run(number * PIECES + piece, start, gzip.subarray(start, end));
    }
  };
}

/** Where a piece begins. What stands before the first part is of the first piece. */
function startOf(parts: readonly BundlePart[], piece: number): number | undefined {
  return piece === 0 ? 0 : parts[(piece * PIECE_ENTRIES) / PART_ENTRIES]?.from;
}
