import type Database from 'better-sqlite3';
import { addFingerprints, type Records, RecordList } from '../../../key-index/records.ts';
import { StoreRefused } from '../../../failures.ts';
import { type Batch, readBatch } from '../rows/batch-row.ts';

/** Rows that are read at a time. */
const STEP = 32;

/**
 * The records of the entries from `from` on, which no run has: one commit after another, up to the newest head.
 *
 * @throws StoreRefused unless the rows follow the last run, and each other, without a gap: what stands in a gap would be
 * in the log and never found again
 */
export function* unflushed(
  db: Database.Database,
  from: number,
): Generator<{ readonly records: Records; readonly to: number }> {
  const size = db.prepare<[], number | null>('SELECT max(size) FROM head').pluck().get() ?? 0;
  const rows = db.prepare<[number, number], { readonly first: number; readonly packed: Buffer }>(
    'SELECT first, packed FROM batch WHERE first >= ? ORDER BY first LIMIT ?',
  );
  let at = from;
  for (let found = rows.all(at, STEP); found.length > 0; found = rows.all(at, STEP)) {
    for (const { first, packed } of found) {
      if (first !== at) throw gap(at, `the next that there are begin at ${first}`);
      const batch = readBatch(first, packed);
      at = batch.end;
      yield { records: recordsIn(batch), to: at };
    }
  }
  if (at !== size) throw gap(at, `the newest head is of ${size}`);
}

function gap(at: number, what: string): StoreRefused {
  return new StoreRefused(
    `stele.db is damaged: its entries end at ${at}, and ${what}. Restore a whole copy of the data folder, or see what is there with: npm run audit`,
  );
}

function recordsIn(batch: Batch): Records {
  const list = new RecordList();
  for (let index = batch.first; index < batch.first + batch.count; index += 1)
    addFingerprints(list, batch.fingerprints(index), index);
  return list.take();
}
