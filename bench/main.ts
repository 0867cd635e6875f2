import { admitRows } from './admit.ts';
import { readOptions } from './options.ts';
import { keep, rounded } from './results.ts';
import { scenarios } from './scenarios.ts';
import { verifyRows } from './verify.ts';

/* `npm run bench -- [submit|reads|mixed|verify|admit] [--option …]`: see README.md beside this. */

const options = readOptions(process.argv.slice(2));
const { command } = options;
if (command === 'verify') print(await verifyRows());
else if (command === 'admit') print(await admitRows(options));
else {
  const rows = print(await scenarios[command](options));
  if (options.keep) keep(rows);
}

function print<R extends object>(rows: readonly R[]): readonly R[] {
  const short = rows.map(rounded);
  for (const row of short) console.log(JSON.stringify(row));
  return short;
}
