import { createServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { loadFfi } from '../entries/signatures/verifiers/node-ffi.ts';

/*
 * Preloaded into a server (`--import`): measures the processor time that the main thread takes in each turn of its event
 * loop, garbage collection included. It is processor time and not time on the clock, so that a busy machine changes nothing. The
 * thread never rests meanwhile: its turns follow each other at once. Whoever connects to `TURN_PROBE`, a Unix socket, is told
 * the longest turns since the last who did.
 */

/** Turns that are remembered. */
const KEPT_TURNS = 10;

function probe(socketPath: string): void {
  let longest: number[] = [];
  const microseconds = threadClock();
  let before = microseconds();
  const turn = (): void => {
    const now = microseconds();
    const took = now - before;
    before = now;
    if (longest.length < KEPT_TURNS || took > (longest[0] ?? 0)) longest = keep(longest, took);
    setImmediate(turn).unref();
  };
  setImmediate(turn).unref();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(longest));
    [longest, before] = [[], microseconds()];
  });
  server.listen(socketPath).unref();
}

/** Ascending. */
function keep(longest: readonly number[], took: number): number[] {
  return [...longest, took].sort((a, b) => a - b).slice(-KEPT_TURNS);
}

/** Of this thread. `process.threadCpuUsage` counts in ticks of the scheduler, up to 4 ms each. */
function threadClock(): () => number {
  const ffi = loadFfi();
  if (ffi === undefined) throw new Error('this Node has no node:ffi');
  const declared = { clock_gettime: { return: 'int32', arguments: ['int32', 'pointer'] } } as const;
  const { clock_gettime: read } = ffi.dlopen(null, declared).functions;
  const timespec = new BigInt64Array(2);
  const address = ffi.getRawPointer(timespec.buffer);
  return () => {
    if (read(CLOCK_THREAD_CPUTIME_ID, address) !== 0) throw new Error('clock_gettime failed');
    const [seconds = 0n, nanoseconds = 0n] = timespec;
    return Number(seconds) * 1e6 + Number(nanoseconds) / 1e3;
  };
}

/** time.h of Linux. */
const CLOCK_THREAD_CPUTIME_ID = 3;

const path = process.env['TURN_PROBE'];
if (isMainThread && path !== undefined) probe(path);
