import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogFolder, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { type Load, reached, startLoad } from '../backup/load.ts';
import { Outsider } from '../support/outsider.ts';
import { type Campaign, type Counts, eachRound, inFolder, oneOf } from './campaign.ts';
import { goOn, grow, startAtOnce } from './starts.ts';

interface Scene {
  readonly folder: LogFolder;
  readonly outsider: Outsider;
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
}

type Way = (scene: Scene) => Promise<Counts>;

/** Processes that start at the same instant. */
const RIVALS = 3;
/** Milliseconds within which a process ends whose lock is gone: what docs/operating.md says, and the time it takes to end. */
const ENDING_MS = 5000;
const IN_USE = 'is in use by another process';

const WAYS: Readonly<Record<string, Way>> = {
  'beside one that runs': async ({ folder, outsider }) => {
    await using first = await startServer(folder);
    const load = await loaded(first, outsider, 'beside');
    const { serving, refusals } = await startAtOnce([folder, folder]);
    await requireServing(serving, 0);
    requireInUse(refusals);
    await reached(load, load.acknowledged.length + 1);
    await stopped(load, outsider);
    await first.kill();
    return { refused: refusals.length };
  },
  'at the same instant': async ({ folder, outsider, random }) => {
    await begin(folder, outsider, random);
    return race(folder, outsider);
  },
  'at the same instant, without lock files': async ({ folder, outsider, random }) => {
    await begin(folder, outsider, random);
    removeLocks(folder, random);
    return race(folder, outsider);
  },
  'at the same instant, to begin a log': ({ folder, outsider }) => race(folder, outsider),
  'after the lock files of one that runs were removed': async ({ folder, outsider, random }) => {
    await using first = await startServer(folder);
    const load = await loaded(first, outsider, 'removed');
    removeLocks(folder, random);
    const counts = await race(folder, outsider, { mayServe: [0, 1] });
    const ending = await Promise.race([first.ended, sleep(ENDING_MS)]);
    if (ending?.code !== 1)
      throw new Error(`a log whose lock file was removed does not end: ${JSON.stringify(ending)}`);
    await stopped(load, outsider);
    return counts;
  },
};

export const secondProcess: Campaign = {
  about: 'second and third process on one folder, at the same instant, after the lock file was removed: one writer',
  rounds: 200,
  run: (plan) =>
    eachRound(plan, (random, seed) =>
      inFolder(async (folder) => {
        const [way, act] = Object.entries(WAYS)[seed % Object.keys(WAYS).length] as [string, Way];
        const outsider = new Outsider();
        const counts = await act({ folder, outsider, random });
        await goOn(folder, outsider, { name: way });
        return { ...counts, acknowledged: outsider.acknowledged };
      }),
    ),
};

async function begin(folder: LogFolder, outsider: Outsider, random: () => number): Promise<void> {
  await using server = await startServer(folder);
  await grow(server, outsider, 'before', 3);
  await (random() < 0.5 ? server.stop() : server.kill());
}

async function loaded(server: ServerProcess, outsider: Outsider, name: string): Promise<Load> {
  await outsider.meet(server.base);
  const load = startLoad(server.base, name, 4);
  await reached(load, 10);
  return load;
}

async function stopped(load: Load, outsider: Outsider): Promise<void> {
  await load.stop();
  for (const { receipt } of load.acknowledged) outsider.remember(receipt);
}

function removeLocks({ data, heads }: LogFolder, random: () => number): void {
  const locks = [data, heads].map((one) => join(one, 'lock.db'));
  for (const lock of oneOf([locks, locks.slice(0, 1), locks.slice(1)], random)) rmSync(lock);
}

/** Starts three at once, and has the one that serves take entries. */
async function race(
  folder: LogFolder,
  outsider: Outsider,
  { mayServe = [1] }: { readonly mayServe?: readonly number[] } = {},
): Promise<Counts> {
  const { serving, refusals } = await startAtOnce(Array.from({ length: RIVALS }, () => folder));
  await requireServing(serving, ...mayServe);
  if (serving.length > 0) requireInUse(refusals);
  for (const server of serving) {
    await grow(server, outsider, 'after', 3);
    await server.kill();
  }
  return { served: serving.length, refused: refusals.length };
}

async function requireServing(serving: readonly ServerProcess[], ...numbers: readonly number[]): Promise<void> {
  if (numbers.includes(serving.length)) return;
  for (const server of serving) await server.kill();
  throw new Error(`${serving.length} processes serve one folder, and ${numbers.join(' or ')} may`);
}

function requireInUse(refusals: readonly string[]): void {
  const other = refusals.find((said) => !said.includes(IN_USE));
  if (other !== undefined) throw new Error(`a process that is refused is not told that ${IN_USE}: ${other}`);
}
