import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogFolder, startServer } from '../testkit/server-process.ts';
import { fill, readFilling } from './fill.ts';
import { Generator } from './load.ts';
import { residentMemory } from './machine.ts';
import { portOf } from './measure.ts';
import { type Scenario, sizeName } from './scenarios.ts';

/* Cost of a log that stands there: its start, its memory, its disk. */

/** Time in which a started log may settle before its memory is looked at, in milliseconds. */
const SETTLE = 5000;
/** Writers when the log is killed. */
const CONNECTIONS = 16;

/** Seconds until `GET /api/v1/log` answers 200: of a log that was stopped, and of one that was killed while it grew. */
export const start: Scenario = async (folder, options) => {
  await ready(folder, options.entries);
  const { seconds, server } = await timed(folder);
  await sleep(SETTLE);
  const residentMiB = residentMemory(server.pid);
  using generator = new Generator();
  await generator.make('hashedrekord', 4000);
  const growing = generator
    .submit({ port: portOf(server), connections: CONNECTIONS, seconds: 1 })
    .catch(() => undefined);
  await sleep(500);
  await server.kill();
  await growing;
  const after = await timed(folder);
  await after.server.stop();
  return [{ bench: `start, ${sizeName(folder)}`, figures: { seconds, secondsAfterKill: after.seconds, residentMiB } }];
};

async function timed(folder: LogFolder) {
  const from = performance.now();
  const server = await startServer(folder, { flags: ['--volume', 'moves'] });
  return { seconds: (performance.now() - from) / 1000, server };
}

/** Everything a stopped log has on the disk, over the canonical bodies that it was filled with. */
export const disk: Scenario = async (folder, options) => {
  await ready(folder, options.entries);
  const { ranges, bodyBytes } = readFilling(folder);
  const bytes = sizeOf(folder.data) + sizeOf(folder.heads);
  const entries = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const [bodyMiB, diskMiB] = [bodyBytes / 2 ** 20, bytes / 2 ** 20];
  return [
    { bench: `disk, ${sizeName(folder)}`, figures: { entries, bodyMiB, diskMiB, diskOverBodies: bytes / bodyBytes } },
  ];
};

/** Seconds that `stele audit --data` takes for all that is stored. */
export const audit: Scenario = async (folder, options) => {
  await ready(folder, options.entries);
  const script = new URL('../cli/main.ts', import.meta.url).pathname;
  const from = performance.now();
  const words = ['audit', '--data', folder.data, '--heads', folder.heads];
  const child = spawn(process.execPath, [script, ...words], { stdio: 'inherit' });
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`the audit ended with ${child.exitCode}`);
  return [{ bench: `audit, ${sizeName(folder)}`, figures: { seconds: (performance.now() - from) / 1000 } }];
};

async function ready(folder: LogFolder, entries: number): Promise<void> {
  if (readFilling(folder).ranges.length === 0) await fill(folder, entries);
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
