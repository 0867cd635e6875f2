import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import type { LogFolder } from '../../testkit/server-process.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export type OperatorCommand = 'audit' | 'export' | 'shard' | 'recover' | 'backup' | 'restore';

/** Runs an operator's command as `npm run` does, on the log in `folder`. */
export function run(command: OperatorCommand, { data, heads }: LogFolder, ...words: string[]): Promise<Ran> {
  return runAlone(command, ...words, '--data', data, '--heads', heads);
}

/** Runs an operator's command that is told of no log. */
export async function runAlone(command: OperatorCommand, ...words: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [...programOf(command), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode ?? -1, out, err };
}

/** The words that npm runs Node with. */
export function programOf(command: OperatorCommand): readonly string[] {
  return [new URL('../../cli/main.ts', import.meta.url).pathname, command];
}

/** Waits for a command that has to succeed. @returns what it said @throws Error otherwise */
export async function succeeded(ran: Promise<Ran>): Promise<string> {
  const { code, out, err } = await ran;
  if (code !== 0 || err !== '') throw new Error(`ended with ${code}: ${err}${out}`);
  return out;
}

const submitter = newSubmitter();

/** Sends `count` entries. @throws Error unless all are new */
export async function submit(base: string, name: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 50) {
    const wave = Array.from({ length: Math.min(50, count - from) }, async (_, i) => {
      const body = JSON.stringify(hashedrekord(`${name} ${from + i}`, submitter));
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${base}/api/v1/log/entries`, { method: 'POST', headers, body });
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    });
    await Promise.all(wave);
  }
}
