import { parentPort, workerData } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { randomFrom } from '../../backup/random.ts';
import { watchBranches } from './coverage.ts';
import type { FuzzOrder, FuzzReport } from './messages.ts';
import { mutated } from './mutate.ts';
import type { Parser } from './parsers.ts';

/* Gives the parsers inputs, and keeps those that took a branch that none before them had taken. */

const { inputs, seed, begun, current } = workerData as FuzzOrder;
const [beat, input] = [new Int32Array(begun), new Uint8Array(current)];
const coverage = watchBranches();
const { isRefusal, PARSERS } = await import('./parsers.ts');
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Inputs of one parser before the next has its turn. */
const TURN_INPUTS = 200;
/** Of the inputs, how many are made of the newest in the corpus: they took the newest branches. */
const NEWEST_SHARE = 0.3;
/** Inputs that a parser's corpus holds at most, beside its seeds. */
const LARGEST_CORPUS = 1000;
/** Of all inputs, those after which the memory is taken as that of a process that has warmed up. */
const WARM_SHARE = 0.25;

const random = randomFrom(seed);
const words = [...coverage.words];
const corpora = PARSERS.map(({ seeds }) => [...seeds]);
let heap = 0;
let done = 0;

async function feed(parser: Parser, bytes: Uint8Array): Promise<void> {
  input.set(bytes.subarray(0, input.length));
  Atomics.store(beat, 1, Math.min(bytes.length, input.length));
  Atomics.store(beat, 2, PARSERS.indexOf(parser));
  Atomics.add(beat, 0, 1);
  try {
    await parser.parse(bytes);
  } catch (error) {
    if (!isRefusal(error)) throw Object.assign(new Error(`${parser.name}: ${String(error)}`), { cause: error });
  }
}

async function turn(parser: Parser, corpus: Uint8Array[]): Promise<void> {
  for (let left = Math.ceil(TURN_INPUTS * parser.share); left > 0 && done < inputs; left -= 1, done += 1) {
    const newest = random() < NEWEST_SHARE ? corpus.length - 1 : Math.floor(random() * corpus.length);
    const taken = coverage.taken();
    const bytes = mutated(corpus[newest] ?? new Uint8Array(), { random, corpus, words });
    await feed(parser, bytes);
    if (coverage.taken() > taken && corpus.length < parser.seeds.length + LARGEST_CORPUS) corpus.push(bytes);
  }
}

function heapNow(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function report(fault?: unknown): void {
  const kept = corpora.reduce((sum, corpus, i) => sum + corpus.length - (PARSERS[i]?.seeds.length ?? 0), 0);
  const said: FuzzReport = {
    inputs: done,
    parsers: PARSERS.length,
    branches: coverage.branches(),
    taken: coverage.taken(),
    kept,
    grownBytes: heap === 0 ? 0 : heapNow() - heap,
    fault:
      fault instanceof Error ? `${fault.message}\n${String((fault.cause as Error | undefined)?.stack)}` : undefined,
  };
  parentPort?.postMessage(said);
}

try {
  for (const [i, parser] of PARSERS.entries()) for (const bytes of corpora[i] ?? []) await feed(parser, bytes);
  while (done < inputs) {
    for (const [i, parser] of PARSERS.entries()) await turn(parser, corpora[i] ?? []);
    if (heap === 0 && done > inputs * WARM_SHARE) heap = heapNow();
  }
  report();
} catch (error) {
  report(error);
}
