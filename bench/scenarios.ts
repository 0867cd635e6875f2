import { type LogFolder, type ServerProcess } from '../testkit/server-process.ts';
import type { Question } from './connection.ts';
import { fill, readFilling } from './fill.ts';
import { Generator } from './load.ts';
import { measure, portOf, startMeasured, stopped, warmUp } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { type Read, READ_NAMES, questionsAbout, READS } from './questions.ts';
import type { Measured } from './row.ts';

export interface Stage {
  readonly server: ServerProcess;
  readonly folder: LogFolder;
  readonly generator: Generator;
  readonly options: BenchOptions;
}

export type Scenario = (folder: LogFolder, options: BenchOptions) => Promise<readonly Measured[]>;

/** Submissions, as fast as they are answered or at a rate. */
export const submit: Scenario = (folder, options) =>
  withServer(folder, options, async ({ server, generator }) => {
    const { kind, connections, seconds, rate, verifier } = options;
    await warmUp(server, generator, options);
    const load = () => generator.submit({ port: portOf(server), connections, seconds, rate });
    const pace = rate === undefined ? '' : ` at ${rate}/s`;
    const checks = verifier === 'node' ? ', checked by node:crypto' : '';
    const size = readFilling(folder).ranges.length > 0 ? `, onto ${sizeName(folder)}` : '';
    const name = `submit ${kind} x${connections}${pace}${checks}${slowness(options)}${size}`;
    return [await measure(server, name, load)];
  });

/** Questions of each kind, one kind after the other. */
export const reads: Scenario = async (folder, options) => {
  const { connections, seconds, entries, of, rate } = options;
  if (readFilling(folder).ranges.length === 0) await fill(folder, entries);
  return withServer(folder, options, async ({ server, generator }) => {
    const rows: Measured[] = [];
    for (const read of of ?? READS) {
      const questions = await questionsAbout(read, server.base, readFilling(folder));
      const loop = { port: portOf(server), connections };
      await generator.ask({ ...loop, seconds: options.warmUp }, questions);
      const pace = rate === undefined ? '' : ` at ${rate}/s`;
      const name = `${READ_NAMES[read]} x${connections}${pace}, of ${sizeName(folder)}`;
      rows.push(await measure(server, name, () => generator.ask({ ...loop, seconds, rate }, questions)));
    }
    return rows;
  });
};

/** Connections that read beside those that write: few, so that what is measured is waiting for the disk. */
const READERS = 4;
/** Reads a second. Readers who wait for nothing but their answers would measure how busy they keep the machine. */
const READ_RATE = 200;
const MIXED_READS: readonly Read[] = ['index', 'uuid', 'search', 'consistency', 'info', 'checkpoint', 'tile'];

/** Reads of every kind while submissions go on. The row about reads says what they cost a reader; CPU is of both. */
export const mixedLoad: Scenario = async (folder, options) => {
  const { connections, seconds, rate } = options;
  if (readFilling(folder).ranges.length === 0) await fill(folder, 2000);
  return withServer(folder, options, async ({ server, generator }) => {
    using readers = new Generator();
    const questions = await mixOf(server, folder);
    await warmUp(server, generator, options);
    const port = portOf(server);
    const writing = generator.submit({ port, connections, seconds: seconds + 1, rate });
    const reading = () => readers.ask({ port, connections: READERS, seconds, rate: READ_RATE }, questions);
    const name = `reads at ${READ_RATE}/s beside submit x${connections}${slowness(options)}`;
    const row = await measure(server, name, reading);
    const { done, seconds: took, latencies } = await writing;
    const p99 = latencies[Math.floor(done * 0.99)] ?? 0;
    console.error(`meanwhile ${Math.round(done / took)} accepted/s, p99 ${p99.toFixed(1)} ms`);
    return [row];
  });
};

async function mixOf({ base }: ServerProcess, folder: LogFolder): Promise<readonly Question[]> {
  const lists: (readonly Question[])[] = [];
  for (const read of MIXED_READS) lists.push(await questionsAbout(read, base, readFilling(folder)));
  return (lists[0] ?? []).flatMap((_, i) => lists.flatMap((list) => list[i % list.length] ?? []));
}

/** Starts a server, and stops it when the work is done. */
export async function withServer(
  folder: LogFolder,
  options: BenchOptions,
  work: (stage: Stage) => Promise<readonly Measured[]>,
): Promise<readonly Measured[]> {
  using generator = new Generator();
  await using server = await startMeasured(folder, options);
  const rows = await work({ server, folder, generator, options });
  await stopped(server);
  return rows;
}

/** `10 M entries`, of those that a log was filled with. */
export function sizeName(folder: LogFolder): string {
  const size = readFilling(folder).ranges.at(-1)?.to ?? 0;
  if (size % 1_000_000 === 0) return `${size / 1_000_000} M entries`;
  return size % 1000 === 0 ? `${size / 1000} k entries` : `${size} entries`;
}

function slowness({ slowFdatasync }: BenchOptions): string {
  return slowFdatasync === 0 ? '' : `, fdatasync slowed by ${slowFdatasync} ms`;
}
