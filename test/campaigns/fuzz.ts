import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Campaign, type Counts, inFolder, type Plan } from './campaign.ts';
import type { FuzzOrder, FuzzReport } from './fuzz/messages.ts';
import { fuzzRoutes } from './fuzz/routes.ts';

/** Bytes of an input at most. */
const INPUT_BYTES = 65_536;
/** Milliseconds between two looks at the thread. */
const LOOK_EVERY_MS = 100;
/** Milliseconds of processor time that one input may take. */
const LONGEST_INPUT_MS = 1000;
/** Bytes that the heap may have grown by, beside what the corpus holds. */
const MOST_GROWN_BYTES = 64 * 2 ** 20;

/** Of all inputs, those that are requests to a server: each takes as long as a hundred inputs of a parser. */
const ROUTES_SHARE = 0.01;

export const fuzz: Campaign = {
  about:
    'inputs made of others for every parser (guided by branches) and route: crash, hang over 1 s, 5xx, growth of memory',
  rounds: 10_000_000,
  run: async ({ rounds, ...plan }) => {
    const ofRoutes = Math.ceil(rounds * ROUTES_SHARE);
    const requests = await inFolder((folder) => fuzzRoutes(folder, { ...plan, inputs: ofRoutes }));
    return { ...(await parsers({ ...plan, rounds: rounds - ofRoutes })), ...requests };
  },
};

async function parsers({ rounds, seed, say }: Plan): Promise<Counts> {
  const order: FuzzOrder = {
    inputs: rounds,
    seed,
    begun: new SharedArrayBuffer(12),
    current: new SharedArrayBuffer(INPUT_BYTES),
  };
  const worker = new Worker(new URL('fuzz/worker.ts', import.meta.url), { workerData: order });
  const reported = once(worker, 'message') as Promise<[FuzzReport]>;
  try {
    const hang = watch(worker, order, say);
    const first = await Promise.race([reported, hang.found]);
    hang.stop();
    if (first === undefined) throw new Error(`one input takes more than ${LONGEST_INPUT_MS} ms: ${kept(order)}`);
    const [{ fault, grownBytes, ...counts }] = first;
    if (fault !== undefined) throw new Error(`${fault}\nby the input ${kept(order)}`);
    if (grownBytes > MOST_GROWN_BYTES) throw new Error(`the heap has grown by ${grownBytes} bytes`);
    return { ...counts, grownBytes };
  } finally {
    await worker.terminate();
  }
}

/** Resolves `found` once the thread is busy with one input for too long: processor time, because the machine may have others to do. */
function watch(worker: Worker, { inputs, begun }: FuzzOrder, say: Plan['say']) {
  const beat = new Int32Array(begun);
  let stopped = false;
  const look = async (): Promise<undefined> => {
    let [at, since, said] = [-1, 0, performance.now()];
    while (!stopped) {
      await sleep(LOOK_EVERY_MS, undefined, { ref: false });
      const now = Atomics.load(beat, 0);
      const spent = await cpuMs(worker);
      if (now !== at || now === 0) [at, since] = [now, spent];
      else if (spent - since > LONGEST_INPUT_MS) return undefined;
      if (performance.now() - said < 10_000) continue;
      said = performance.now();
      say(`${now} of ${inputs} inputs`);
    }
    return new Promise(() => undefined);
  };
  return { found: look(), stop: () => void (stopped = true) };
}

/** Milliseconds of processor time; 0 once it has ended, of which it tells itself. */
async function cpuMs(worker: Worker): Promise<number> {
  const usage = await worker.cpuUsage().catch(() => undefined);
  return usage === undefined ? 0 : (usage.user + usage.system) / 1000;
}

/** Writes the present input to a file. */
function kept({ begun, current }: FuzzOrder): string {
  const [, length] = new Int32Array(begun);
  const file = join(tmpdir(), `stele-fuzz-${process.pid}.bin`);
  writeFileSync(file, new Uint8Array(current).slice(0, length));
  return file;
}
