import { type LogFolder, type ServerProcess, startServer } from '../test/support/server-process.ts';
import type { LoopResult } from './closed-loop.ts';
import type { Generator } from './load.ts';
import { type Machine, cpuSeconds, describeMachine, peakMemory } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { longestStall } from './stall.ts';

/** One row of `results.jsonl`. */
export interface Row extends Machine {
  /** What ran, as it was asked for. */
  readonly bench: string;
  /** Day, `2026-01-31`. */
  readonly date: string;
  readonly done: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU time of the server, all threads, for each one done. */
  readonly serverMicroseconds: number;
  readonly generatorMicroseconds: number;
  readonly peakMiB: number;
  readonly stallMs: number;
}

/** The server as it is by default, its log lines going to a file. */
export function startMeasured(folder: LogFolder, { slowFdatasync, profile }: BenchOptions): Promise<ServerProcess> {
  const delay = `inject=fdatasync,fsync:delay_enter=${slowFdatasync * 1000}`;
  const slow = ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=fdatasync,fsync', '-e', delay, '-o', '/dev/null'];
  return startServer(folder, {
    ...(slowFdatasync > 0 && { wrapper: slow }),
    ...(profile !== undefined && { nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${profile}`] }),
  });
}

export const portOf = ({ base }: ServerProcess): number => Number(new URL(base).port);

/** Runs a load and says what it did to the server. */
export async function measure(
  server: ServerProcess,
  folder: LogFolder,
  bench: string,
  load: () => Promise<LoopResult>,
): Promise<Row> {
  const machine = describeMachine(folder.parent);
  const before = cpuSeconds(server.pid);
  const { result, stallMs } = await longestStall(portOf(server), load());
  const used = cpuSeconds(server.pid) - before;
  const { done, refused, seconds, latencies, microsecondsPerRequest } = result;
  const at = (share: number): number => latencies[Math.min(done - 1, Math.floor(done * share))] ?? 0;
  return {
    bench,
    date: new Date().toISOString().slice(0, 10),
    done,
    refused,
    perSecond: done / seconds,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p99Ms: at(0.99),
    maxMs: at(1),
    serverMicroseconds: (used * 1e6) / done,
    generatorMicroseconds: microsecondsPerRequest,
    peakMiB: peakMemory(server.pid),
    stallMs,
    ...machine,
  };
}

/** Stops the server as one should, so that it writes its profile. */
export async function stopped(server: ServerProcess): Promise<void> {
  const { code } = await server.stop();
  if (code !== 0) throw new Error(`the server ended with ${code}:\n${server.lines().slice(-5).join('\n')}`);
}

/** How much longer than it may need: a warm server is faster than a cold one. */
const SPARE = 1.4;
const WARM_UP = 3; // seconds
const FIRST = 12_000;

/** Warms the server up, and makes as many submissions as it may take in the time that follows. */
export async function warmUp(server: ServerProcess, generator: Generator, options: BenchOptions): Promise<void> {
  const { kind, connections, seconds } = options;
  await generator.make(kind, FIRST);
  const { done, seconds: took } = await generator.submit({ port: portOf(server), connections, seconds: WARM_UP });
  await generator.make(kind, Math.ceil((done / took) * seconds * SPARE) + FIRST);
}
