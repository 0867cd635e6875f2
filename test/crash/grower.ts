import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { commitOf, IDENTITY, leafTiles, variedEntryAt } from '../storage/conformance/commits.ts';

/*
 * Grows the log in a folder until it is killed, and says how large it is after each commit. Runs are small, so that there is
 * always something to merge and to bundle.
 */

const [folder = '', runRecords = ''] = process.argv.slice(2);
/** Commits after which everything that can wait is done. */
const TIDY_COMMITS = 5;

const store = await openSqliteStore(folder, { owner: 'a test', runRecords: Number(runRecords) });
if ((await store.identity()) === undefined) await store.create(IDENTITY);
let size: number = (await store.head())?.size ?? 0;
for (let step = 1; ; step += 1) {
  const entries = Array.from({ length: 1 + ((size + step) % 47) }, (_, i) => variedEntryAt(size + i));
  await store.commit(commitOf(size, entries, leafTiles(size, size + entries.length, variedEntryAt)));
  size += entries.length;
  process.stdout.write(`${size}\n`);
  if (step % TIDY_COMMITS === 0) void store.compact();
}
