import type Database from 'better-sqlite3';
import type { Filter } from '../../../search-index/filter.ts';
import type { Records } from '../../../search-index/records.ts';
import type { ReadPart, Run } from '../../../search-index/runs.ts';
import { DamagedStore, MissingPart } from '../../../failures.ts';
import { quickSum, verifyQuickChecksum } from '../rows/checksum.ts';

/** Rows of one run have places beside each other: more than a run of 17 thousand million entries has parts. */
export const RUN = 2 ** 28;

/** The runs there are, one after another. @throws DamagedStore */
export function readRuns(db: Database.Database): readonly Run[] {
  return Array.from(runRows(db), ({ id, run }) => {
    if (run === undefined) throw new DamagedStore(`run ${id} of the search index is damaged`);
    return run;
  });
}

export interface SoundRuns {
  readonly runs: readonly Run[];
  /** Where, and what is wrong there; undefined if nothing is. */
  readonly damage: string | undefined;
}

/** The runs from the first entry on, as far as they follow each other, are what was written, and nobody doubts them. */
export function soundRuns(db: Database.Database): SoundRuns {
  const doubted = new Set(db.prepare<[], number>('SELECT id FROM run_doubted').pluck().all());
  const runs: Run[] = [];
  for (const { id, first, run } of runRows(db)) {
    const end = runs.at(-1)?.to ?? 0;
    if (first < end) runs.pop(); // it says that it has entries that another has
    if (first !== end) return { runs, damage: `no run of the search index begins with entry ${end}` };
    if (run === undefined || doubted.has(id))
      return { runs, damage: `run ${id} of the search index, of the entries from ${end} on, is damaged` };
    runs.push(run);
  }
  return { runs, damage: undefined };
}

/** In log order. Of one that is damaged there is no more than its row. */
function* runRows(db: Database.Database): Generator<Pick<RunRow, 'id' | 'first'> & { readonly run: Run | undefined }> {
  const rows = db.prepare<[], RunRow>(
    'SELECT id, level, first, last, records, fence, checksum FROM run ORDER BY first',
  );
  const filters = db
    .prepare<[number, number], Buffer>('SELECT bits FROM run_filter WHERE place >= ? AND place < ? ORDER BY place')
    .pluck();
  for (const { id, level, first, last, records, fence, checksum } of rows.all()) {
    const filter = filterOf(filters.all(id * RUN, (id + 1) * RUN));
    const run = { id, level, from: first, to: last, records, fence: wordsOf(fence), filter };
    yield { id, first, run: sumOf(run) === checksum ? run : undefined };
  }
}

interface RunRow {
  readonly id: number;
  readonly level: number;
  readonly first: number;
  readonly last: number;
  readonly records: number;
  readonly fence: Buffer;
  readonly checksum: number;
}

/** Of all that is kept of a run but its parts. */
export function sumOf({ id, level, from, to, records, fence, filter }: Run): number {
  const numbers = Float64Array.of(level, from, to, records);
  return quickSum(id, new Uint8Array(numbers.buffer), bytesOf(fence), new Uint8Array(filter.buffer));
}

function filterOf(slices: readonly Buffer[]): Filter {
  const bytes = Buffer.concat(slices);
  const filter = new Uint32Array(new SharedArrayBuffer(bytes.length - (bytes.length % 4)));
  new Uint8Array(filter.buffer).set(bytes.subarray(0, filter.byteLength));
  return filter;
}

/**
 * Reads parts for a search.
 *
 * @param doubt - told of a run before a part of it, that is damaged or gone, ends the read
 * @throws DamagedStore, MissingPart
 */
export function partReader(db: Database.Database, doubt: (run: number) => void = () => undefined): ReadPart {
  const sql = db.prepare<[number], Buffer>('SELECT records FROM run_part WHERE place = ?').pluck();
  return (run, part) => {
    const place = run * RUN + part;
    const row = sql.get(place);
    const bytes = row && verifyQuickChecksum(place, row);
    if (bytes !== undefined) return wordsOf(bytes);
    doubt(run);
    const name = `part ${part} of run ${run} of the search index`;
    throw row === undefined ? new MissingPart(`${name} is missing`) : new DamagedStore(`${name} is damaged`);
  };
}

export function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy where the bytes do not begin at a whole word. */
function wordsOf(bytes: Buffer): Records {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(bytes);
  return new Uint32Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4));
}
