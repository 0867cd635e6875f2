import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { submit, type Scenario } from './scenarios.ts';

/*
 * Where the time of an accepted entry goes: CPU profiles of all threads of the server, added up by step. A step is told by
 * the file that a function stands in. Native code counts as the function that called it.
 */

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** The first that fits. Idle threads are in none. */
const STEPS: readonly (readonly [string, RegExp])[] = [
  ['collecting garbage', /^\(garbage collector\)/],
  ['waiting', /^\(idle\)|^\(root\)/],
  ['unknown to V8', /^\(program\)/],
  ['signing', /internal\/crypto\/sig|server\/keys\.ts/],
  ['checking signatures', /entries\/signatures\/|internal\/ffi|node:ffi/],
  ['hashing', /internal\/crypto\/hash|base\/sha256\.ts/],
  ['writing log lines', /pino|sonic-boom|server\/logging\//],
  ['Express', /node_modules\/(express|router|send|serve-static|forwarded|proxy-addr|mime)/],
  [
    'reading and checking entries',
    /\/entries\/|server\/admission\/tasks\.ts|json-(meter|reader)\.ts|go-base64|canonical-json/,
  ],
  ['requests and answers', /server\/(http|apis|operations|routes|app)/],
  ['sequencing and proving', /\/log\/|\/merkle\/|\/checkpoint\//],
  ['the head journal', /file-journal\/|internal\/fs\/promises/],
  ['the store', /storage\/|better-sqlite3/],
  ['between threads', /server\/admission\/|internal\/worker|messageport|event_target/],
  ['bytes and text', /\/base\/|node:buffer|internal\/encoding|@noble/],
  ['HTTP in Node', /_http|node:net|streams?|internal\/(http|js_stream)|stream_base|events/],
  ['timers and promises in Node', /timers|task_queues|async_|promise/],
];

export const profile: Scenario = async (folder, options) => {
  const into = options.profile ?? mkdtempSync(join(tmpdir(), 'stele-profile-'));
  const rows = await submit(folder, { ...options, profile: into });
  const threads = readdirSync(into).filter((name) => name.endsWith('.cpuprofile'));
  const total = new Map<string, number>();
  for (const name of threads) addTimes(JSON.parse(readFileSync(join(into, name), 'utf8')) as Profile, total);
  const shares = share(total);
  const each = rows[0]?.figures.serverMicroseconds ?? 0;
  console.log(`CPU profiles of ${threads.length} threads: ${into}`);
  for (const [step, part] of shares) console.log(`${(part * each).toFixed(1).padStart(8)} µs  ${step}`);
  return rows;
};

function addTimes({ nodes, samples, timeDeltas }: Profile, total: Map<string, number>): void {
  const steps = new Map(nodes.map(({ id, callFrame }) => [id, stepOf(`${callFrame.functionName} ${callFrame.url}`)]));
  for (const [i, sample] of samples.entries()) {
    const step = steps.get(sample) ?? 'the rest';
    total.set(step, (total.get(step) ?? 0) + (timeDeltas[i + 1] ?? 0)); // a sample holds until the next
  }
}

function stepOf(frame: string): string {
  return STEPS.find(([, pattern]) => pattern.test(frame))?.[0] ?? 'the rest';
}

/** Of the time in which a thread did something. */
function share(total: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  const busy = [...total].filter(([step]) => step !== 'waiting');
  const sum = busy.reduce((all, [, time]) => all + time, 0);
  return busy.map(([step, time]) => [step, time / sum] as const).sort(([, a], [, b]) => b - a);
}
