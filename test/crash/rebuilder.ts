import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';

/* Opens the log in a folder, which makes its index again if it has none, says how large the log is, and closes it. */

const [folder = '', runRecords = ''] = process.argv.slice(2);
process.stdout.write('opens\n');
const store = await openSqliteStore(folder, { owner: 'a test', runRecords: Number(runRecords) });
process.stdout.write(`${(await store.head())?.size}\n`);
await store[Symbol.asyncDispose]();
