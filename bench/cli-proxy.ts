import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { hashedrekord, newSubmitter } from '../testkit/proposals.ts';
import { type LogFolder } from '../testkit/server-process.ts';
import { median } from './cpu.ts';

/** Submissions a second, to a log and through `stele proxy` to it. */
export interface ProxyRates {
  readonly direct: number;
  readonly proxied: number;
}

const MAIN = new URL('../cli/main.ts', import.meta.url).pathname;
const ROUNDS = 3;

/** Submits `count` entries by each way, in turns, by so many clients; the median of the rounds. */
export async function proxyRates(
  { parent }: LogFolder,
  log: string,
  { count, clients }: { readonly count: number; readonly clients: number },
): Promise<ProxyRates> {
  const words = ['proxy', '--to', log, '--state', join(parent, 'proxy'), '--listen', '127.0.0.1:0', '--output', 'json'];
  const child = spawn(process.execPath, [MAIN, ...words, '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { listening } = JSON.parse(line) as { readonly listening: string };
    const rates = { direct: [] as number[], proxied: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.direct.push(await rateAt(log, `direct ${round}`, count, clients));
      rates.proxied.push(await rateAt(listening, `proxied ${round}`, count, clients));
    }
    return { direct: Math.round(median(rates.direct)), proxied: Math.round(median(rates.proxied)) };
  } finally {
    child.kill();
  }
}

async function rateAt(base: string, name: string, count: number, clients: number): Promise<number> {
  const submitter = newSubmitter();
  const bodies = Array.from({ length: count }, (_, i) => JSON.stringify(hashedrekord(`${name} ${i}`, submitter)));
  const start = performance.now();
  const client = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) await submit(base, body);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (1000 * count) / (performance.now() - start);
}

async function submit(base: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${base}/api/v1/log/entries`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${base} answers ${answer.status}: ${text}`);
}
