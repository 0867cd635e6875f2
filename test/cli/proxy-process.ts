import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openUse, type Use } from './use-fixture.ts';

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

/** `stele proxy` as a child. */
export interface ProxyProcess extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  /** Submissions that waited when it began. */
  readonly waiting: number;
  /** Written to standard error so far. */
  readonly said: () => string;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface ProxyOptions {
  readonly to: string;
  readonly state: string;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves once it listens. @throws Error with all that was said if it ends before */
export async function startProxy({ to, state, words = [], env = {} }: ProxyOptions): Promise<ProxyProcess> {
  const { NODE_COMPILE_CACHE } = process.env;
  const line = ['proxy', '--to', to, '--state', state, '--listen', '127.0.0.1:0', '--output', 'json', ...words];
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...line], {
    env: { ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
  const told = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [first] = (await Promise.race([once(told, 'line'), ended.then(() => [])])) as readonly string[];
  if (first === undefined) throw new Error(`the proxy did not start: ${said}`);
  const { listening, waiting } = JSON.parse(first) as { readonly listening: string; readonly waiting: number };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { base: listening, waiting, said: () => said, kill, [Symbol.asyncDispose]: kill };
}

/** Sends a submission as a client does. */
export async function post(base: string, path: string, body: unknown): Promise<Posted> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const V1 = '/api/v1/log/entries';
export const V2 = '/api/v2/log/entries';

/** A log, and a proxy before it. */
export interface ProxiedUse extends AsyncDisposable {
  readonly use: Use;
  readonly proxy: ProxyProcess;
}

export async function openProxied(): Promise<ProxiedUse> {
  const use = await openUse();
  const proxy = await startProxy({ to: use.server.base, state: join(use.scratch, 'state') });
  return {
    use,
    proxy,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await use[Symbol.asyncDispose]();
    },
  };
}
