import type Database from 'better-sqlite3';
import { addFingerprints, type Records, RecordList } from '../../../key-index/records.ts';
import { type Batch, readBatch } from '../rows/batch-row.ts';

/** Rows that are read at a time. */
const STEP = 32;

/** The records of the entries from `from` on, which no run has: one commit after another. */
export function* unflushed(
  db: Database.Database,
  from: number,
): Generator<{ readonly records: Records; readonly to: number }> {
  const rows = db.prepare<[number, number], { readonly first: number; readonly packed: Buffer }>(
    'SELECT first, packed FROM batch WHERE first >= ? ORDER BY first LIMIT ?',
  );
  for (let at = from, found = rows.all(at, STEP); found.length > 0; found = rows.all(at, STEP)) {
    for (const { first, packed } of found) {
      const batch = readBatch(first, packed);
      at = first + batch.count;
      yield { records: recordsIn(batch), to: at };
    }
  }
}

function recordsIn(batch: Batch): Records {
  const list = new RecordList();
  for (let index = batch.first; index < batch.first + batch.count; index += 1)
    addFingerprints(list, batch.fingerprints(index), index);
  return list.take();
}
