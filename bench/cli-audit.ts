import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type LogFolder, startServer } from '../testkit/server-process.ts';
import type { CliRow } from './cli.ts';
import { fill, readFilling } from './fill.ts';
import { endedChildrenCpuSeconds } from './machine.ts';

const MAIN = new URL('../cli/main.ts', import.meta.url).pathname;

/** Rows for a full audit over HTTP of the log in a folder, on one thread and on two; it is filled if it is empty. */
export async function auditRows(folder: LogFolder, entries: number): Promise<readonly CliRow[]> {
  if (readFilling(folder).ranges.length === 0) await fill(folder, entries);
  await using server = await startServer(folder, { flags: ['--volume', 'moves'] });
  const { treeSize } = (await (await fetch(`${server.base}/api/v1/log`)).json()) as { readonly treeSize: number };
  const rows: CliRow[] = [];
  for (const threads of ['1', '2']) rows.push(await auditRow(server.base, folder, treeSize, threads));
  return rows;
}

/** @throws Error unless the audit finds the log sound */
async function auditRow(base: string, { parent }: LogFolder, entries: number, threads: string): Promise<CliRow> {
  const [start, cpu] = [performance.now(), endedChildrenCpuSeconds()];
  const state = join(parent, `audit-state-${threads}-${start}`);
  const words = ['audit', base, '--full', '--api', 'tiles', '--threads', threads, '--state', state, '--quiet'];
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`stele audit ended with ${code}`);
  const seconds = (performance.now() - start) / 1000;
  const perCpuSecond = Math.round(entries / (endedChildrenCpuSeconds() - cpu));
  const bench = `stele audit --full of ${entries}, tiles, ${threads} threads`;
  return { bench, seconds: Number(seconds.toFixed(2)), perSecond: Math.round(entries / seconds), perCpuSecond };
}
