import { type LogFolder, type ServerProcess, temporaryFolder } from '../test/support/server-process.ts';
import type { Question } from './generator.ts';
import { Generator } from './load.ts';
import { type Row, measure, portOf, startMeasured, stopped, warmUp } from './measure.ts';
import type { BenchOptions, LoadCommand } from './options.ts';
import { type Sample, questionsAbout, sampleOf } from './questions.ts';

/** What each command measures. A row for each load. */
export const scenarios: Readonly<Record<LoadCommand, (options: BenchOptions) => Promise<readonly Row[]>>> = {
  submit: (options) => withServer(options, submit),
  reads: (options) => withServer(options, reads),
  mixed: (options) => withServer(options, mixed),
};

interface Stage {
  readonly server: ServerProcess;
  readonly folder: LogFolder;
  readonly generator: Generator;
  readonly options: BenchOptions;
}

async function withServer(
  options: BenchOptions,
  work: (stage: Stage) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  using folder = temporaryFolder();
  using generator = new Generator();
  await using server = await startMeasured(folder, options);
  const rows = await work({ server, folder, generator, options });
  await stopped(server);
  return rows;
}

async function submit({ server, folder, generator, options }: Stage): Promise<readonly Row[]> {
  const { kind, connections, seconds, rate } = options;
  await warmUp(server, generator, options);
  const load = () => generator.submit({ port: portOf(server), connections, seconds, rate });
  const pace = rate === undefined ? '' : ` at ${rate}/s`;
  return [await measure(server, folder, `submit ${kind} x${connections}${pace}${slowness(options)}`, load)];
}

async function reads({ server, folder, generator, options }: Stage): Promise<readonly Row[]> {
  const { connections, seconds } = options;
  const sample = await filled(server, generator, options);
  const rows: Row[] = [];
  for (const [name, questions] of questionsAbout(sample)) {
    const load = () => generator.ask({ port: portOf(server), connections, seconds }, questions);
    rows.push(await measure(server, folder, `${name} x${connections}, ${sample.size} entries`, load));
  }
  return rows;
}

/** Connections that read beside those that write: few, so that what is measured is waiting for the disk. */
const READERS = 4;
/** Reads a second. Readers who wait for nothing but their answers would measure how busy they keep the machine. */
const READ_RATE = 200;

/** Reads of every kind while submissions go on. The row about reads says what they cost a reader; CPU is of both. */
async function mixed({ server, folder, generator, options }: Stage): Promise<readonly Row[]> {
  const { connections, seconds } = options;
  using readers = new Generator();
  const questions = mixOf(await filled(server, generator, { ...options, entries: 2000 }));
  await warmUp(server, generator, options);
  const port = portOf(server);
  const writing = generator.submit({ port, connections, seconds: seconds + 1 });
  const reading = () => readers.ask({ port, connections: READERS, seconds, rate: READ_RATE }, questions);
  const name = `reads at ${READ_RATE}/s beside submit x${connections}${slowness(options)}`;
  const row = await measure(server, folder, name, reading);
  const { done, seconds: took, latencies } = await writing;
  const p99 = latencies[Math.floor(done * 0.99)] ?? 0;
  console.log(`meanwhile ${Math.round(done / took)} accepted/s, p99 ${p99.toFixed(1)} ms`);
  return [row];
}

function mixOf(sample: Sample): readonly Question[] {
  const lists = questionsAbout(sample).map(([, questions]) => questions);
  return (lists[0] ?? []).flatMap((_, i) => lists.flatMap((list) => list.slice(i, i + 1)));
}

async function filled(server: ServerProcess, generator: Generator, { kind, entries }: BenchOptions): Promise<Sample> {
  await generator.make(kind, entries);
  await generator.submit({ port: portOf(server), connections: 64, seconds: 600 });
  return sampleOf(server.base);
}

function slowness({ slowFdatasync }: BenchOptions): string {
  return slowFdatasync === 0 ? '' : `, fdatasync slowed by ${slowFdatasync} ms`;
}
