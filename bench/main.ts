import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { foldersIn, type LogFolder, temporaryFolder } from '../test/support/server-process.ts';
import { admitRows } from './admit.ts';
import { fill } from './fill.ts';
import { growth } from './growth.ts';
import { flood, large } from './hostile.ts';
import { type BenchCommand, readOptions } from './options.ts';
import { profile } from './profile.ts';
import { keep, rounded } from './results.ts';
import { type Measured, type Row, rowOf } from './row.ts';
import { mixed, reads, type Scenario, submit } from './scenarios.ts';
import { audit, disk, start } from './standing.ts';
import { verifyRows } from './verify.ts';

/* `npm run bench -- NAME [--option …]`: see README.md beside this. */

const SCENARIOS: Partial<Record<BenchCommand, Scenario>> = {
  submit,
  reads,
  mixed,
  flood,
  large,
  start,
  disk,
  audit,
  growth,
  profile,
};

const args = process.argv.slice(2);
const options = readOptions(args);
const { command, folder, runs } = options;
const scenario = SCENARIOS[command];
if (command === 'verify') print(await verifyRows());
else if (command === 'admit') print(await admitRows(options));
else if (command === 'fill') {
  if (folder === undefined) throw new Error('fill needs --folder');
  await fill(foldersIn(folder), options.entries);
} else if (scenario !== undefined) {
  const rows = print(await repeated(scenario));
  if (options.keep) keep(rows);
}

async function repeated(work: Scenario): Promise<readonly Row[]> {
  const measured = new Map<string, Measured[]>();
  using place = folder === undefined ? temporaryFolder() : foldersIn(folder);
  for (let run = 0; run < runs; run += 1) {
    using own = folder === undefined ? temporaryFolder() : foldersIn(folder);
    for (const row of await work(own, options).finally(() => removeOutput(own)))
      measured.set(row.bench, [...(measured.get(row.bench) ?? []), row]);
  }
  const kept = args.filter((arg) => arg !== '--keep').join(' ');
  return [...measured.values()].map((list) => rowOf(list, `npm run bench -- ${kept}`, place.parent));
}

/** What a server said stays only where nobody wants to keep the folder. */
function removeOutput({ parent }: LogFolder): void {
  for (const name of readdirSync(parent)) if (name.startsWith('output-')) rmSync(join(parent, name));
}

function print<R extends object>(rows: readonly R[]): readonly R[] {
  const short = rows.map(rounded);
  for (const row of short) console.log(JSON.stringify(row));
  return short;
}
