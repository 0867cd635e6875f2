import { readOptions } from './options.ts';
import { keep, rounded } from './results.ts';
import { scenarios } from './scenarios.ts';

/* `npm run bench -- [submit|reads|mixed] [--option …]`: see README.md beside this. */

const options = readOptions(process.argv.slice(2));
const rows = (await scenarios[options.command](options)).map(rounded);
for (const row of rows) console.log(JSON.stringify(row));
if (options.keep) keep(rows);
