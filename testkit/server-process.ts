import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a log keeps itself and its signed heads. Both are gone once disposed of. */
export interface LogFolder extends Disposable {
  /** Holds `data` and `heads`, and is the test's to put other things in. */
  readonly parent: string;
  readonly data: string;
  readonly heads: string;
}

export function temporaryFolder(): LogFolder {
  const parent = mkdtempSync(join(tmpdir(), 'stele-process-'));
  const remove = (): void => rmSync(parent, { recursive: true, force: true });
  return { ...foldersIn(parent), [Symbol.dispose]: remove };
}

/** The same inside another folder, which belongs to somebody else. */
export function foldersIn(parent: string): LogFolder {
  const data = join(parent, 'data');
  return { parent, data, heads: `${data}-heads`, [Symbol.dispose]: () => undefined };
}

export interface StartOptions {
  /** Flags as for `npm start`. */
  readonly flags?: readonly string[];
  /** Address and port; a free port of loopback if not given. */
  readonly listen?: string;
  /** A program and its arguments that runs the server, such as strace. */
  readonly wrapper?: readonly string[];
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ending {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** The real program as a child. Disposing of it ends it, however it stands. */
export interface ServerProcess extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  /** Of the server, not of its wrapper. */
  readonly pid: number;
  /** Lines that it and its wrapper have written so far. */
  readonly lines: () => readonly string[];
  readonly ended: Promise<Ending>;
  /** Asks it to finish what it accepted. */
  stop(): Promise<Ending>;
  /** As a power failure would, but for the page cache. */
  kill(): Promise<Ending>;
}

const MAIN = new URL('../server/main.ts', import.meta.url).pathname;
/** A machine that is busy with other tests takes its time. */
const TIMEOUT_MS = 40_000; // milliseconds

/** Resolves once `GET /api/v1/log` answers 200, or 401 as a private log does. @throws Error with all that was said if the program ends before */
export async function startServer(folder: LogFolder, options: StartOptions = {}): Promise<ServerProcess> {
  const { child, lines, ended } = launch(folder, options);
  const base = await firstAnswer(lines, ended).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const pid = options.wrapper === undefined ? (child.pid ?? 0) : wrappedBy(child);
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
    return ended;
  };
  const kill = (): Promise<Ending> => end('SIGKILL');
  return {
    base,
    pid,
    lines,
    ended,
    stop: () => end('SIGTERM'),
    kill,
    [Symbol.asyncDispose]: async () => void (await kill()),
  };
}

/** Runs the program until it ends by itself. What to use for starts that are to be refused. */
export async function runServer(folder: LogFolder, options: StartOptions = {}): Promise<Ending & { said: string }> {
  const { child, lines, ended } = launch(folder, options);
  const ending = await Promise.race([ended, sleep(TIMEOUT_MS, undefined, { ref: false })]);
  if (ending !== undefined) return { ...ending, said: lines().join('\n') };
  child.kill('SIGKILL');
  throw new Error(`the server was not refused:\n${lines().join('\n')}`);
}

interface Launched {
  readonly child: ChildProcess;
  readonly lines: () => readonly string[];
  readonly ended: Promise<Ending>;
}

let launched = 0;

function launch(
  { parent, data, heads }: LogFolder,
  { flags = [], listen = '127.0.0.1:0', wrapper = [], nodeFlags = [], env }: StartOptions,
): Launched {
  const serving = ['--data', data, '--heads', heads, '--listen', listen, '--log-format', 'json'];
  const command = [...wrapper, process.execPath, ...nodeFlags, MAIN, ...serving, ...flags];
  const output = join(parent, `output-${process.pid}-${(launched += 1)}.txt`); // a file never makes the server wait for its reader
  const handle = openSync(output, 'wx');
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', handle, handle],
    env: { ...inherited(), ...STEADY_ENVIRONMENT, ...env },
  });
  closeSync(handle);
  const killChild = (): boolean => child.kill('SIGKILL');
  process.once('exit', killChild);
  const ended = once(child, 'exit').then((ending): Ending => {
    process.off('exit', killChild);
    const [code, signal] = ending as [number | null, NodeJS.Signals | null];
    return { code: code ?? undefined, signal: signal ?? undefined };
  });
  const lines = (): readonly string[] => readFileSync(output, 'utf8').split('\n').slice(0, -1);
  return { child, lines, ended };
}

/**
 * Virtual machines have their clocks set while tests run, and a log stops at a step. Of servers that run beside each other one
 * would have the port. The scrub writes its state into the data folder, which tests compare.
 */
const STEADY_ENVIRONMENT = { STELE_CLOCK_TOLERANCE: '60m', STELE_METRICS_LISTEN: 'off', STELE_SCRUB: 'off' };

/** Returns the environment without a log's settings. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(PATH|HOME|MALLOC_\w+|NODE_OPTIONS|NODE_COMPILE_CACHE)$/.test(name),
    ),
  );
}

async function firstAnswer(lines: () => readonly string[], ended: Promise<Ending>): Promise<string> {
  let over = false;
  void ended.then(() => (over = true));
  for (const start = performance.now(); performance.now() - start < TIMEOUT_MS; await sleep(20)) {
    const base = addressIn(lines());
    if (base !== undefined && (await answers(base))) return base;
    if (over) break;
  }
  throw new Error(`the server did not start:\n${lines().join('\n')}`);
}

function addressIn(lines: readonly string[]): string | undefined {
  return lines.map((line) => /serving on (http:\/\/[\d.:]+)/.exec(line)?.[1]).find((base) => base !== undefined);
}

async function answers(base: string): Promise<boolean> {
  try {
    const response = await fetch(`${base}/api/v1/log`);
    await response.arrayBuffer();
    return response.status === 200 || response.status === 401; // of a private log
  } catch {
    return false;
  }
}

/** The one child of a wrapper: Linux has it written down. The log names itself beside its lock, but on a full disk. */
function wrappedBy({ pid = 0 }: ChildProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const [only] = children.trim().split(' ').map(Number);
  if (!only) throw new Error('the wrapper has no child');
  return only;
}
