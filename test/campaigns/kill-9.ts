import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { foldersIn, type LogFolder, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { type Load, reached, startLoad } from '../backup/load.ts';
import { entryAt, headOf, type Receipt, search, type Submission, submit } from '../crash/client.ts';
import { Outsider } from '../support/outsider.ts';
import { type Campaign, type Counts, eachRound, inFolder, oneOf } from './campaign.ts';

const SUBMITTERS = 32;
/** Milliseconds of load before the kill, at most. */
const LIFETIME_MS = 800;
/** Entries after which another log is begun: every audit reads the whole log. */
const LARGEST_LOG = 20_000;
/** Of the submissions of a round, so many are looked at one by one after the kill. */
const LOOKED_AT = 8;

/** A log that is killed again and again. */
interface KilledLog {
  readonly folder: LogFolder;
  readonly outsider: Outsider;
  server: ServerProcess;
}

export const kill9: Campaign = {
  about: `kill -9 at a random moment under ${SUBMITTERS} submitters: acknowledged and lost, forks, failed starts`,
  rounds: 1000,
  run: (plan) =>
    inFolder(async ({ parent }) => {
      let log = await begin(parent, plan.seed);
      try {
        return await eachRound(plan, async (random, seed) => {
          if (log.outsider.acknowledged > LARGEST_LOG) {
            await log.server.kill();
            log = await begin(parent, seed);
          }
          return roundOf(log, { random, name: `round ${seed}` });
        });
      } finally {
        await log.server.kill();
      }
    }),
};

async function begin(parent: string, seed: number): Promise<KilledLog> {
  const folder = foldersIn(join(parent, `log-${seed}`));
  mkdirSync(folder.parent);
  const server = await startServer(folder);
  const outsider = new Outsider();
  await outsider.meet(server.base);
  return { folder, outsider, server };
}

interface Fate {
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
  /** Of the load. */
  readonly name: string;
}

async function roundOf(log: KilledLog, fate: Fate): Promise<Counts> {
  const load = await loadUntilKilled(log, fate);
  const { folder, outsider } = log;
  const journalled = lastJournalled(folder);
  log.server = await startServer(folder);
  const size = await outsider.audit(log.server.base);
  if (size < journalled) throw new Error(`the log has ${size} entries, and has journalled a head of ${journalled}`);
  for (let time = 0; time < LOOKED_AT; time += 1) await requireAnswers(log.server, load, fate.random);
  return { kills: 1, acknowledged: load.acknowledged.length, unanswered: load.unanswered.length };
}

async function loadUntilKilled({ server, outsider }: KilledLog, { random, name }: Fate): Promise<Load> {
  const load = startLoad(server.base, name, SUBMITTERS);
  await reached(load, 1);
  const reading = readHeads(server, outsider);
  await sleep(random() * LIFETIME_MS);
  const { signal } = await server.kill();
  if (signal !== 'SIGKILL') throw new Error(`the server ended by itself:\n${server.lines().slice(-3).join('\n')}`);
  await Promise.all([load.stop(), reading]);
  for (const { receipt } of load.acknowledged) outsider.remember(receipt);
  return load;
}

/** Size of the last head in the journal that is written whole. */
function lastJournalled({ heads }: LogFolder): number {
  const lines = readFileSync(join(heads, 'heads.txt'), 'utf8').split('\n').slice(1, -1);
  return Number(lines.at(-1)?.split(' ')[0] ?? 0);
}

/** Remembers heads that nobody got with an entry, until there are no more. */
async function readHeads({ base }: ServerProcess, outsider: Outsider): Promise<void> {
  for (let note = await headOf(base).catch(() => ''); note !== ''; note = await headOf(base).catch(() => ''))
    outsider.rememberNote(note);
}

/** Looks for one entry by its index and by its digest, and sends again what was not answered. */
async function requireAnswers({ base }: ServerProcess, load: Load, random: () => number): Promise<void> {
  const { submission, receipt } = oneOf(load.acknowledged, random);
  requireSame(await entryAt(base, receipt.logIndex), receipt);
  await requireFoundOnce(base, submission);
  if (load.unanswered.length === 0) return;
  const unanswered = oneOf(load.unanswered, random);
  const status = (await submit(base, unanswered))?.status;
  if (status !== 201 && status !== 409) throw new Error(`an entry that is sent again is answered ${status}`);
  await requireFoundOnce(base, unanswered);
}

function requireSame(now: Receipt, then: Receipt): void {
  for (const [name, value] of Object.entries(now))
    if (name !== 'checkpoint' && then[name as keyof Receipt] !== value)
      throw new Error(
        `entry ${then.logIndex} has ${name} ${value}, and was answered with ${then[name as keyof Receipt]}`,
      );
}

async function requireFoundOnce(base: string, { digest }: Submission): Promise<void> {
  const found = await search(base, digest);
  if (found.length !== 1) throw new Error(`${digest} is found ${found.length} times: ${found.join(', ')}`);
}
