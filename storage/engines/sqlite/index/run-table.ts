import type Database from 'better-sqlite3';
import type { Filter } from '../../../key-index/filter.ts';
import type { Records } from '../../../key-index/records.ts';
import type { ReadPart, Run } from '../../../key-index/runs.ts';
import { StoreRefused } from '../../../failures.ts';

/*
 * Runs in the database: a row each in `run`, their parts in `run_part`, their filters in slices in `run_filter`. A run
 * exists once its row does. `run_doomed` names runs whose parts are to be deleted: those that have been merged, and the
 * one that a merge is writing, until it is done.
 */

/** More parts than a run of 17 thousand million entries has. */
const RUN = 2 ** 28;
/** Bytes of a filter in a row. */
const SLICE = 1 << 20;

export interface RunTable {
  /** One after another. @throws StoreRefused if one is missing between them */
  runs(): readonly Run[];
  readonly readPart: ReadPart;
  /** Writes parts of a run that does not exist yet, and names it as doomed until it does. */
  writeParts(run: number, first: number, parts: readonly Records[]): void;
  /** From now on the run exists, and those it replaces do not; their parts may still be read. */
  publish(run: Run, replaced: readonly Run[]): void;
  /** Deletes some of the parts of runs that do not exist. @returns whether there were any */
  sweep(): boolean;
  /** A number that no run has had. */
  newId(): number;
}

/** Parts that are deleted at a time. */
const SWEPT = 64;

export function createRunTable(db: Database.Database): RunTable {
  const sql = prepare(db);
  return {
    runs: () => joined(readRuns(db)),
    readPart: partReader(db),
    writeParts: db.transaction((run: number, first: number, parts: readonly Records[]) => {
      if (first === 0) sql.doom.run(run);
      for (const [i, part] of parts.entries()) sql.addPart.run(run * RUN + first + i, bytesOf(part));
    }),
    publish: db.transaction((run: Run, replaced: readonly Run[]) => {
      const filter = new Uint8Array(run.filter.buffer);
      for (let at = 0; at < filter.length; at += SLICE)
        sql.addFilter.run(run.id * RUN + at / SLICE, Buffer.from(filter.slice(at, at + SLICE)));
      sql.addRun.run(run.id, run.level, run.from, run.to, run.records, bytesOf(run.fence));
      sql.pardon.run(run.id);
      for (const { id } of replaced) {
        sql.deleteRun.run(id);
        sql.deleteFilter.run(id * RUN, (id + 1) * RUN);
        sql.doom.run(id);
      }
    }),
    sweep: db.transaction(() => {
      const id = sql.doomed.get();
      if (id === undefined) return false;
      const places = sql.places.all(id * RUN, (id + 1) * RUN, SWEPT);
      for (const place of places) sql.deletePart.run(place);
      if (places.length < SWEPT) sql.pardon.run(id);
      return true;
    }),
    newId: () => 1 + Math.max(sql.newest.get() ?? 0, sql.newestDoomed.get() ?? 0),
  };
}

/** The runs there are, one after another. */
export function readRuns(db: Database.Database): readonly Run[] {
  const runs = db.prepare<[], RunRow>('SELECT id, level, first, last, records, fence FROM run ORDER BY first');
  const filters = db
    .prepare<[number, number], Buffer>('SELECT bits FROM run_filter WHERE place >= ? AND place < ? ORDER BY place')
    .pluck();
  return runs.all().map(({ id, level, first, last, records, fence }) => {
    const filter = filterOf(filters.all(id * RUN, (id + 1) * RUN));
    return { id, level, from: first, to: last, records, fence: wordsOf(fence), filter };
  });
}

function joined(runs: readonly Run[]): readonly Run[] {
  let at = 0;
  for (const { from, to } of runs) {
    if (from !== at)
      throw new StoreRefused(
        `stele.db is damaged: no run of the search index begins with entry ${at}. Restore a whole copy of the data folder, or see what is there with: npm run audit`,
      );
    at = to;
  }
  return runs;
}

function filterOf(slices: readonly Buffer[]): Filter {
  const filter = new Uint32Array(new SharedArrayBuffer(slices.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const slice of slices) {
    new Uint8Array(filter.buffer).set(slice, at);
    at += slice.length;
  }
  return filter;
}

/** For all but the writer a part may be gone because its run has been merged. */
export class MissingPart extends Error {}

/** For those who only read. */
export function partReader(db: Database.Database): ReadPart {
  const sql = db.prepare<[number], Buffer>('SELECT records FROM run_part WHERE place = ?').pluck();
  return (run, part) => {
    const bytes = sql.get(run * RUN + part);
    if (bytes === undefined) throw new MissingPart(`part ${part} of run ${run} of the index is missing`);
    return wordsOf(bytes);
  };
}

function prepare(db: Database.Database) {
  return {
    places: db
      .prepare<[number, number, number], number>('SELECT place FROM run_part WHERE place >= ? AND place < ? LIMIT ?')
      .pluck(),
    newest: db.prepare<[], number>('SELECT max(id) FROM run').pluck(),
    newestDoomed: db.prepare<[], number>('SELECT max(id) FROM run_doomed').pluck(),
    doomed: db.prepare<[], number>('SELECT id FROM run_doomed LIMIT 1').pluck(),
    addRun: db.prepare('INSERT INTO run VALUES (?, ?, ?, ?, ?, ?)'),
    addPart: db.prepare('INSERT INTO run_part VALUES (?, ?)'),
    addFilter: db.prepare('INSERT INTO run_filter VALUES (?, ?)'),
    doom: db.prepare('INSERT INTO run_doomed VALUES (?) ON CONFLICT DO NOTHING'),
    pardon: db.prepare('DELETE FROM run_doomed WHERE id = ?'),
    deleteRun: db.prepare('DELETE FROM run WHERE id = ?'),
    deletePart: db.prepare('DELETE FROM run_part WHERE place = ?'),
    deleteFilter: db.prepare('DELETE FROM run_filter WHERE place >= ? AND place < ?'),
  };
}

interface RunRow {
  readonly id: number;
  readonly level: number;
  readonly first: number;
  readonly last: number;
  readonly records: number;
  readonly fence: Buffer;
}

function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy where the bytes do not begin at a whole word. */
function wordsOf(bytes: Buffer): Records {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(bytes);
  return new Uint32Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / 4);
}
