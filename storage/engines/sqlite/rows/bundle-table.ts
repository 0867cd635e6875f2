import type Database from 'better-sqlite3';
import { type EntryBundle, WHOLE_BUNDLE_BYTES } from '../../../entries.ts';
import { DamagedStore } from '../../../failures.ts';
import { plainLengthAt, STREAM_END } from '../../../gunzip.ts';
import { quickSum } from './checksum.ts';
import { bodiesInBundle, BUNDLE_ENTRIES, type BundlePart, PART_ENTRIES, type PackedBundle } from './bundle-row.ts';

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
  /** For who looks at all that is stored. @throws DamagedStore unless the pieces are what was written */
  requireSums(number: number): void;
  /** The bytes of the part that the entry is in, for who holds the entry against the tree: they are not checked. */
  part(index: number, part: BundlePart): Buffer | undefined;
  /** The same, checked. @throws DamagedStore */
  checkedPart(index: number, part: BundlePart): Buffer;
}

export function bundleReads(db: Database.Database): BundleReads {
  const last = db.prepare<[], number | null>('SELECT max(place) FROM bundle_piece').pluck();
  const whole = db.prepare<[{ first: number }], { found: number; gzip: Buffer | null }>(
    `SELECT (${COUNT_SQL}) AS found, ${JOIN_SQL} AS gzip`,
  );
  const pieceAt = pieceReader(db);
  const partOf = partReader(pieceAt);
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
      if (found > 0) throw new DamagedStore(`of ${PIECES} pieces there are ${found}`);
      return undefined;
    },
    stored: storedReader(db, pieceAt),
    requireStarts: (number) => {
      let end = 0;
      for (const [i, { start, length }] of extents.all(number * PIECES, (number + 1) * PIECES).entries()) {
        if (start !== end) throw new Error(`piece ${i} is not where its row says`);
        end += length;
      }
    },
    requireSums: (number) => {
      for (const place of placesOf(number)) pieceAt(place);
    },
    part: (index, { from, length }) => part.get(from + 1, length, Math.floor(index / PIECE_ENTRIES)),
    checkedPart: partOf,
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

function placesOf(number: number): readonly number[] {
  return Array.from({ length: PIECES }, (_, i) => number * PIECES + i);
}

interface Piece {
  /** Offset in the stream. */
  readonly start: number;
  readonly gzip: Buffer;
}

/**
 * @throws DamagedStore unless the piece is there, and is what was written. Pieces that an older version left and that have
 * no checksum yet, because the disk was full at each start since, are read unchecked.
 */
function pieceReader(db: Database.Database): (place: number) => Piece {
  const sql = db.prepare<[number], Piece & { readonly checksum: number | null }>(
    'SELECT start, gzip, (SELECT checksum FROM piece_sum WHERE piece_sum.place = bundle_piece.place) AS checksum FROM bundle_piece WHERE place = ?',
  );
  const summed = lastSummed(db);
  return (place) => {
    const row = sql.get(place);
    const of = `piece ${place % PIECES} of bundle ${Math.floor(place / PIECES)}`;
    if (row === undefined) throw new DamagedStore(`${of} is missing`);
    const unsummed = row.checksum === null && place > (summed.get() ?? -1);
    if (!unsummed && sumOfPiece(place, row) !== row.checksum) throw new DamagedStore(`${of} is damaged`);
    return row;
  };
}

function storedReader(db: Database.Database, pieceAt: (place: number) => Piece): BundleReads['stored'] {
  const extent = db.prepare<[{ first: number }], Extent>(EXTENT);
  return (number) => {
    const { found, length, largest, end } = extent.get({ first: number * PIECES }) ?? NOTHING;
    if (found === 0) return undefined;
    if (found < PIECES) throw new DamagedStore(`of ${PIECES} pieces there are ${found}`);
    const plainLength = plainLengthAt(end);
    const read = (): Iterator<Buffer> & Iterable<Buffer> =>
      Iterator.from(placesOf(number)).map((place) => pieceAt(place).gzip);
    return length <= WHOLE_BUNDLE_BYTES
      ? { encoding: 'gzip', length, plainLength, largestPiece: length, pieces: () => [Buffer.concat([...read()])] }
      : { encoding: 'gzip', length, plainLength, largestPiece: largest, pieces: read };
  };
}

/** Keeps the piece that was read last: parts are read in their order. */
function partReader(pieceAt: (place: number) => Piece): BundleReads['checkedPart'] {
  let kept: Piece & { readonly place: number } = { place: -1, start: 0, gzip: Buffer.alloc(0) };
  return (index, { from, length }) => {
    const place = Math.floor(index / PIECE_ENTRIES);
    if (kept.place !== place) kept = { place, ...pieceAt(place) };
    return kept.gzip.subarray(from - kept.start, from - kept.start + length);
  };
}

function sumOfPiece(place: number, { start, gzip }: Pick<Piece, 'start'> & { readonly gzip: Uint8Array }): number {
  return quickSum(place, new Uint8Array(Float64Array.of(start).buffer), gzip);
}

/** Place of the last piece that has a checksum. */
const lastSummed = (db: Database.Database) => db.prepare<[], number | null>('SELECT max(place) FROM piece_sum').pluck();

const COUNT_SQL = `SELECT count(*) FROM bundle_piece WHERE place >= @first AND place < @first + ${PIECES}`;

/** All pieces from `@first` on, or NULL if one is missing. To join them here would cost half as much again. */
const JOIN_SQL = `CAST(${Array.from(
  { length: PIECES },
  (_, i) => `(SELECT gzip FROM bundle_piece WHERE place = @first + ${i})`,
).join(' || ')} AS BLOB)`;

/** Of the pieces from `@first` on no more is read than what says how long they are. */
const EXTENT = `SELECT count(*) AS found, sum(length(gzip)) AS length, max(length(gzip)) AS largest,
  (SELECT substr(gzip, -${STREAM_END}) FROM bundle_piece WHERE place = @first + ${PIECES - 1}) AS end
  FROM bundle_piece WHERE place >= @first AND place < @first + ${PIECES}`;

/** Adds a bundle. For a transaction. @param sum - adds the checksum of a piece */
export function bundleWriter(
  db: Database.Database,
  sum: PieceSummer = pieceSummer(db),
): (number: number, bundle: PackedBundle) => void {
  const add = db.prepare('INSERT INTO bundle_piece VALUES (?, ?, ?)');
  return (number, { gzip, parts }) => {
    for (let piece = 0; piece < PIECES; piece += 1) {
      const [start = 0, end = gzip.length] = [startOf(parts, piece), startOf(parts, piece + 1)];
      const [place, bytes] = [number * PIECES + piece, gzip.subarray(start, end)];
      add.run(place, start, bytes);
      sum(place, { start, gzip: bytes });
    }
  };
}

/** Where a piece begins. What stands before the first part is of the first piece. */
function startOf(parts: readonly BundlePart[], piece: number): number | undefined {
  return piece === 0 ? 0 : parts[(piece * PIECE_ENTRIES) / PART_ENTRIES]?.from;
}

/** Checksum that no piece has. */
const NONE = -1;

type PieceSummer = (place: number, piece: Pick<Piece, 'start'> & { readonly gzip: Uint8Array }) => void;

function pieceSummer(db: Database.Database): PieceSummer {
  const sql = db.prepare('INSERT INTO piece_sum VALUES (?, ?)');
  return (place, piece) => void sql.run(place, sumOfPiece(place, piece));
}

/**
 * Gives the bundles of a folder from before format 7 their checksums, one bundle for each turn, once each has been found
 * whole by what its stream says of itself. One that is damaged gets sums that no piece has: it can be read no more.
 *
 * @returns the number of each bundle that has been looked at
 */
export function* sumBundles(db: Database.Database, damaged: (number: number) => void): Generator<number> {
  const reads = bundleReads(db);
  const pieces = db.prepare<[number], Piece>('SELECT start, gzip FROM bundle_piece WHERE place = ?');
  const sum = db.prepare('INSERT INTO piece_sum VALUES (?, ?)');
  const add = db.transaction((number: number, whole: boolean) => {
    for (const place of placesOf(number)) sum.run(place, whole ? sumOfPiece(place, pieces.get(place) as Piece) : NONE);
  });
  const last = reads.last();
  for (let number = Math.floor(((lastSummed(db).get() ?? -1) + 1) / PIECES); number <= last; number += 1) {
    const whole = isWhole(reads, number);
    add(number, whole);
    if (!whole) damaged(number);
    yield number;
  }
}

function isWhole(reads: BundleReads, number: number): boolean {
  try {
    const gzip = reads.whole(number);
    reads.requireStarts(number);
    return gzip !== undefined && bodiesInBundle(gzip).length === BUNDLE_ENTRIES;
  } catch {
    return false;
  }
}
