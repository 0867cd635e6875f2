import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** How a run of the command ended, and what it wrote. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

export interface SteleOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
  readonly cwd?: string;
}

/** Runs `stele` as a child, as a user would, without any variable of this process but its cache of compiled modules. */
export async function stele(words: readonly string[], { env, nodeFlags = [], cwd }: SteleOptions = {}): Promise<Ran> {
  const { NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [...nodeFlags, MAIN, ...words], {
    env: { ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, out, err };
}

/** The one object that `--output json` prints. */
export function jsonOf({ out }: Pick<Ran, 'out'>): Readonly<Record<string, unknown>> {
  return JSON.parse(out) as Readonly<Record<string, unknown>>;
}
