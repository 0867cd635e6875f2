import type Database from 'better-sqlite3';
import type { Records } from '../../../search-index/records.ts';
import type { ReadPart, Run } from '../../../search-index/runs.ts';
import { withQuickChecksum } from '../rows/checksum.ts';
import { bytesOf, partReader, RUN, soundRuns, sumOf } from './run-reader.ts';

/*
 * Runs in the database: a row each in `run`, their parts in `run_part`, their filters in slices in `run_filter`. A run
 * exists once its row does. `run_doomed` names runs whose parts are to be deleted: those that have been merged, and the
 * one that a merge is writing, until it is done. `run_doubted` names runs of which a part has been found damaged.
 */

/** Bytes of a filter in a row. */
const SLICE = 1 << 20;

export interface RunTable {
  /** One after another, from the first entry on. Forgets those from the first damaged or missing one on: they are made again. */
  runs(): readonly Run[];
  readonly readPart: ReadPart;
  /** Writes parts of a run that does not exist yet, and marks it for deletion until it does. */
  writeParts(run: number, first: number, parts: readonly Records[]): void;
  /** From now on the run exists, and those it replaces do not; their parts may still be read. */
  publish(run: Run, replaced: readonly Run[]): void;
  /** Deletes some of the parts of runs that do not exist. @returns whether there were any */
  sweep(): boolean;
  /** A part of this run is damaged: the next start makes it again. */
  doubt(run: number): void;
  /** A number that no run has had. */
  newId(): number;
}

/** Parts that are deleted at a time. */
const SWEPT_PARTS = 64;

/** @param tell - told what is wrong with runs that have to be made again */
export function createRunTable(db: Database.Database, tell: (damage: string) => void = () => undefined): RunTable {
  const sql = prepare(db);
  const forget = (id: number): void => {
    sql.deleteRun.run(id);
    sql.deleteFilter.run(id * RUN, (id + 1) * RUN);
    sql.markForDeletion.run(id);
  };
  return {
    runs: db.transaction(() => {
      const { runs, damage } = soundRuns(db);
      if (damage !== undefined) tell(damage);
      const sound = new Set(runs.map(({ id }) => id));
      for (const id of idsOf(sql)) if (!sound.has(id)) forget(id);
      sql.trust.run();
      return runs;
    }),
    doubt: (run) => void sql.doubt.run(run),
    readPart: partReader(db, (run) => void sql.doubt.run(run)),
    writeParts: db.transaction((run: number, first: number, parts: readonly Records[]) => {
      if (first === 0) sql.markForDeletion.run(run);
      for (const [i, part] of parts.entries()) {
        const place = run * RUN + first + i;
        sql.addPart.run(place, withQuickChecksum(place, bytesOf(part)));
      }
    }),
    publish: db.transaction((run: Run, replaced: readonly Run[]) => {
      const filter = new Uint8Array(run.filter.buffer);
      for (let at = 0; at < filter.length; at += SLICE)
        sql.addFilter.run(run.id * RUN + at / SLICE, Buffer.from(filter.slice(at, at + SLICE)));
      sql.addRun.run(run.id, run.level, run.from, run.to, run.records, bytesOf(run.fence), sumOf(run));
      sql.unmark.run(run.id);
      for (const { id } of replaced) forget(id);
    }),
    sweep: db.transaction(() => {
      const id = sql.marked.get();
      if (id === undefined) return false;
      const places = sql.places.all(id * RUN, (id + 1) * RUN, SWEPT_PARTS);
      for (const place of places) sql.deletePart.run(place);
      if (places.length < SWEPT_PARTS) sql.unmark.run(id);
      return true;
    }),
    newId: () => 1 + Math.max(sql.newest.get() ?? 0, sql.newestMarked.get() ?? 0),
  };
}

/** Of all runs that have a row or parts: one may have lost the other. */
function idsOf(sql: ReturnType<typeof prepare>): ReadonlySet<number> {
  const ids = new Set(sql.ids.all());
  for (let place = sql.nextPart.get(0); typeof place === 'number';) {
    const id = Math.floor(place / RUN);
    ids.add(id);
    place = sql.nextPart.get((id + 1) * RUN);
  }
  return ids;
}

function prepare(db: Database.Database) {
  return {
    places: db
      .prepare<[number, number, number], number>('SELECT place FROM run_part WHERE place >= ? AND place < ? LIMIT ?')
      .pluck(),
    nextPart: db.prepare<[number], number | null>('SELECT min(place) FROM run_part WHERE place >= ?').pluck(),
    ids: db.prepare<[], number>('SELECT id FROM run').pluck(),
    doubt: db.prepare('INSERT INTO run_doubted VALUES (?) ON CONFLICT DO NOTHING'),
    trust: db.prepare('DELETE FROM run_doubted'),
    newest: db.prepare<[], number>('SELECT max(id) FROM run').pluck(),
    newestMarked: db.prepare<[], number>('SELECT max(id) FROM run_doomed').pluck(),
    marked: db.prepare<[], number>('SELECT id FROM run_doomed LIMIT 1').pluck(),
    addRun: db.prepare('INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?)'),
    addPart: db.prepare('INSERT INTO run_part VALUES (?, ?)'),
    addFilter: db.prepare('INSERT INTO run_filter VALUES (?, ?)'),
    markForDeletion: db.prepare('INSERT INTO run_doomed VALUES (?) ON CONFLICT DO NOTHING'),
    unmark: db.prepare('DELETE FROM run_doomed WHERE id = ?'),
    deleteRun: db.prepare('DELETE FROM run WHERE id = ?'),
    deletePart: db.prepare('DELETE FROM run_part WHERE place = ?'),
    deleteFilter: db.prepare('DELETE FROM run_filter WHERE place >= ? AND place < ?'),
  };
}
