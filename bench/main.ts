import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../storage/folders.ts';
import { foldersIn, type LogFolder, temporaryFolder } from '../testkit/server-process.ts';
import { accessRows } from './access.ts';
import { admitRows } from './admit.ts';
import { backup } from './backup.ts';
import { cliRows } from './cli.ts';
import { auditRows } from './cli-audit.ts';
import { countingRows } from './counting.ts';
import { fill } from './fill.ts';
import { growth } from './growth.ts';
import { flood, largeBodies } from './hostile.ts';
import { overload } from './overload.ts';
import { type BenchCommand, type BenchOptions, readOptions, USAGE } from './options.ts';
import { profile } from './profile.ts';
import { keep, rounded } from './results.ts';
import { type Measured, type Row, rowOf } from './row.ts';
import { mixedLoad, reads, type Scenario, submit } from './scenarios.ts';
import { audit, disk, start } from './standing.ts';
import { turns } from './turns.ts';
import { verifyRows } from './verify.ts';

/* `npm run bench -- NAME [--option …]`: see README.md beside this. */

const SCENARIOS: Partial<Record<BenchCommand, Scenario>> = {
  submit,
  reads,
  mixed: mixedLoad,
  flood,
  large: largeBodies,
  overload,
  turns,
  start,
  disk,
  audit,
  backup,
  growth,
  profile,
};

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const options = understood();
const { command, folder, runs } = options;
const scenario = SCENARIOS[command];
if (command === 'verify') print(await verifyRows());
else if (command === 'admit') print(await admitRows(options));
else if (command === 'counting') print(await countingRows());
else if (command === 'access') print(await accessRows(options));
else if (command === 'cli' && folder !== undefined) print(await auditRows(foldersIn(folder), options.entries));
else if (command === 'cli') print(await cliRows(options));
else if (command === 'fill') {
  await fill(foldersIn(folder ?? refuse('fill needs --folder')), options.entries);
} else if (scenario !== undefined) {
  const rows = print(await repeated(scenario));
  if (options.keep) keep(rows);
}

function understood(): BenchOptions {
  try {
    return readOptions(args);
  } catch (error) {
    return refuse(String(error instanceof Error ? error.message : error));
  }
}

function refuse(fault: string): never {
  console.error(`bench: ${fault}\n--help says what there is`);
  process.exit(2);
}

async function repeated(work: Scenario): Promise<readonly Row[]> {
  const measured = new Map<string, Measured[]>();
  if (folder !== undefined) makeFolder(folder);
  using place = folder === undefined ? temporaryFolder() : foldersIn(folder);
  for (let run = 0; run < runs; run += 1) {
    using own = folder === undefined ? temporaryFolder() : foldersIn(folder);
    for (const row of await work(own, options).finally(() => removeOutput(own)))
      measured.set(row.bench, [...(measured.get(row.bench) ?? []), row]);
  }
  return [...measured.values()].map((list) => rowOf(list, commandLine(), place.parent));
}

/** The command that makes the same again elsewhere: a folder has another name there. */
function commandLine(): string {
  const words = args.filter((arg) => arg !== '--keep');
  const elsewhere = words.map((word) => (word === folder ? 'FOLDER' : word).replace(/^--folder=.*/, '--folder=FOLDER'));
  return ['npm run bench --', ...elsewhere].join(' ');
}

/** Removes a server's output where the folder is not to be kept. */
function removeOutput({ parent }: LogFolder): void {
  for (const name of readdirSync(parent)) if (name.startsWith('output-')) rmSync(join(parent, name));
}

function print<R extends object>(rows: readonly R[]): readonly R[] {
  const short = rows.map(rounded);
  for (const row of short) console.log(JSON.stringify(row));
  return short;
}
