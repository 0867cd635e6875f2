import { type LogFolder, type ServerProcess, startServer } from '../testkit/server-process.ts';
import type { LoopResult } from './closed-loop.ts';
import type { Generator } from './load.ts';
import { cpuSeconds, peakMemory } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { type Measured, verificationCost } from './row.ts';
import { longestStall } from './stall.ts';

/** Milliseconds between two scrapes: fifteen times as often as is usual. */
const SCRAPE_MS = 1000;

/** The server as it is by default, its log lines going to a file. @param more - flags */
export async function startMeasured(
  folder: LogFolder,
  options: BenchOptions,
  more: readonly string[] = [],
): Promise<ServerProcess> {
  const { slowFdatasync, profile, verifier, metrics } = options;
  const delay = `inject=fdatasync,fsync:delay_enter=${slowFdatasync * 1000}`;
  const slow = ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=fdatasync,fsync', '-e', delay, '-o', '/dev/null'];
  const server = await startServer(folder, {
    flags: ['--volume', 'moves', '--verifier', verifier, '--metrics-listen', metrics ? '127.0.0.1:0' : 'off', ...more],
    ...(slowFdatasync > 0 && { wrapper: slow }),
    ...(profile !== undefined && { nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${profile}`] }),
  });
  if (metrics) scrape(server);
  return server;
}

/** Reads all metrics again and again, for as long as the server runs. */
function scrape(server: ServerProcess): void {
  const url = /http:\S+\/metrics/.exec(server.lines().join(' '))?.[0] ?? '';
  const timer = setInterval(
    () =>
      void fetch(url).then(
        (answer) => answer.text(),
        () => '',
      ),
    SCRAPE_MS,
  ).unref();
  void server.ended.then(() => clearInterval(timer));
}

export const portOf = ({ base }: ServerProcess): number => Number(new URL(base).port);

/** Runs a load and says what it did to the server. */
export async function measure(
  server: ServerProcess,
  bench: string,
  load: () => Promise<LoopResult>,
): Promise<Measured> {
  const costBefore = await verificationCost();
  const before = cpuSeconds(server.pid);
  const { result, stallMs } = await longestStall(portOf(server), load());
  const used = cpuSeconds(server.pid) - before;
  const verificationMicroseconds = (costBefore + (await verificationCost())) / 2;
  const { done, refused, seconds, latencies, microsecondsPerRequest } = result;
  const at = (share: number): number => latencies[Math.min(done - 1, Math.floor(done * share))] ?? 0;
  const serverMicroseconds = (used * 1e6) / done;
  return {
    bench,
    refused,
    figures: {
      perSecond: done / seconds,
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p99Ms: at(0.99),
      maxMs: at(1),
      serverMicroseconds,
      serverVerifications: serverMicroseconds / verificationMicroseconds,
      verificationMicroseconds,
      generatorMicroseconds: microsecondsPerRequest,
      peakMiB: peakMemory(server.pid),
      stallMs,
    },
  };
}

/** Stops the server as one should, so that it writes its profile. */
export async function stopped(server: ServerProcess): Promise<void> {
  const { code } = await server.stop();
  if (code !== 0) throw new Error(`the server ended with ${code}:\n${server.lines().slice(-5).join('\n')}`);
}

/** How much longer than it may need: a warm server is faster than a cold one. */
const SPARE_FACTOR = 1.4;
const FIRST_RATE = 5000; // submissions a second, at most, to a server that is cold

/** Warms the server up, and makes as many submissions as it may take in the time that follows. */
export async function warmUp(server: ServerProcess, generator: Generator, options: BenchOptions): Promise<void> {
  const { kind, connections, seconds, warmUp: warm, rate } = options;
  await generator.make(kind, FIRST_RATE * warm);
  const { done, seconds: took } = await generator.submit({ port: portOf(server), connections, seconds: warm });
  await generator.make(kind, Math.ceil((rate ?? (done / took) * SPARE_FACTOR) * seconds) + connections);
}
