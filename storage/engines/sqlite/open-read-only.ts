import type { ReadOnlyStore } from '../../engine.ts';
import { openReading } from './file/connection.ts';
import { explainingAll } from './file/explain.ts';
import { isWritable } from './file/read-only.ts';
import { lockFolder } from './file/lock.ts';
import { readingFrom } from './open-reading.ts';
import { createReader } from './reader.ts';
import { SearchIndexReader } from './search-index/candidates.ts';
import { partReader, readRuns } from './search-index/run-reader.ts';
import { fingerprintsOf } from './search-index/secret.ts';
import { unflushed } from './search-index/unflushed.ts';
import { createStateReader } from './state-reader.ts';

/**
 * Opens the log in `folder` to be served and never written: on a mount that is read-only, in a snapshot, or a copy. Where
 * the folder could be written it is locked, so that nobody changes what is served. The part of the search index that a
 * writer has in memory is made from the stored keys.
 *
 * @param owner - one line that tells another process who holds the folder
 * @throws StoreRefused if there is none, or one of another format, or another process holds it
 */
export function openSqliteReadOnly(folder: string, owner: string): ReadOnlyStore {
  using cleanup = new DisposableStack();
  return readingFrom(folder, openReading, (db) => {
    if (isWritable(folder)) cleanup.use(lockFolder(folder, owner));
    const runs = readRuns(db);
    const index = new SearchIndexReader(runs, partReader(db));
    for (const { records, to } of unflushed(db, fingerprintsOf(db), runs.at(-1)?.to ?? 0)) index.add(records, to);
    const reads = { ...createReader(db, index, { read: async () => undefined }), ...createStateReader(db) };
    cleanup.defer(() => void db.close());
    const parts = cleanup.move();
    return { ...explainingAll(db.name, reads), [Symbol.asyncDispose]: async () => parts.dispose() };
  });
}
