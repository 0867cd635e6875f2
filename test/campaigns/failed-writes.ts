import { type LogFolder, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { created, type Submission, submissionOf, submit } from '../crash/client.ts';
import { Outsider } from '../support/outsider.ts';
import { callSites, type CallSite, startFailing, wasInjected } from './call-sites.ts';
import { type Campaign, type Counts, eachRound, inFolder, messageOf, oneOf } from './campaign.ts';
import { grow } from './starts.ts';

/* Each call that changes a file fails, or the process dies in it: what was acknowledged is there, and the next start goes on. */

/** Entries that are sent while something fails. */
const SENT = 6;
const FAULTS = ['error=EIO', 'error=ENOSPC', 'signal=SIGKILL'] as const;
/** A log that begins, and one that has begun. */
const MODES = ['first', 'later'] as const;

interface Case {
  readonly mode: (typeof MODES)[number];
  readonly site: CallSite;
  readonly fault: (typeof FAULTS)[number];
}

export const failedWrites: Campaign = {
  about:
    'each write, sync, rename, open of every file fails with EIO, ENOSPC or in death: nothing lost, the next start goes on',
  rounds: 400,
  run: async (plan) => {
    const cases = await allCases();
    plan.say(`${cases.length} cases: rounds beyond them fail at a later call of the same place`);
    return eachRound(plan, (random, seed) =>
      inFolder((folder) => roundOf(folder, cases[seed % cases.length] as Case, seed < cases.length ? () => 0 : random)),
    );
  },
};

/** Those of one fault after those of another. */
async function allCases(): Promise<readonly Case[]> {
  const sites: Pick<Case, 'mode' | 'site'>[] = [];
  for (const mode of MODES)
    sites.push(
      ...(await inFolder(async (folder) => {
        if (mode === 'later') await begin(folder, new Outsider());
        const found = await callSites(folder, (server) => grow(server, new Outsider(), 'watched', SENT));
        return found.map((site) => ({ mode, site }));
      })),
    );
  return FAULTS.flatMap((fault) => sites.map((one) => ({ ...one, fault })));
}

async function begin(folder: LogFolder, outsider: Outsider): Promise<void> {
  await using server = await startServer(folder);
  await grow(server, outsider, 'begun', 3);
  await server.stop();
}

/** @param random - gives numbers from 0 up to 1: which of the calls fails, and whether those after it do */
async function roundOf(folder: LogFolder, { mode, site, fault }: Case, random: () => number): Promise<Counts> {
  const outsider = new Outsider();
  if (mode === 'later') await begin(folder, outsider);
  const when = `${1 + Math.floor(random() * site.times)}${oneOf(['', '+'], random)}`;
  const what = `${site.call} of ${site.path}, ${when} of ${site.times} in a ${mode} start, with ${fault}`;
  try {
    const { outcome, unanswered } = await withFault(folder, outsider, { site, fault, when });
    const isReached = wasInjected(folder);
    if (isReached && outcome === 'wentOn' && isUnknown(site, fault))
      throw new Error('the outcome of a write is unknown, and the log went on');
    await requireAfter(folder, outsider, unanswered);
    return { [isReached ? outcome : 'notReached']: 1, acknowledged: outsider.acknowledged };
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** Decision 11: a commit or a head of which it cannot be known whether it is on the disk. */
const isUnknown = ({ call, path }: CallSite, fault: string): boolean =>
  fault === 'error=EIO' && /sync|write/.test(call) && /\/(stele\.db-wal|heads\.txt)$/.test(path);

interface Faulty {
  readonly outcome: 'endedAtStart' | 'ended' | 'wentOn';
  readonly unanswered: readonly Submission[];
}

async function withFault(
  folder: LogFolder,
  outsider: Outsider,
  injection: Parameters<typeof startFailing>[1],
): Promise<Faulty> {
  const started = await startFailing(folder, injection).catch((error: unknown) => messageOf(error));
  if (typeof started === 'string') {
    if (injection.fault !== 'signal=SIGKILL' && !started.includes('"level":"fatal"'))
      throw new Error(`a start ends without a word: ${started}`);
    return { outcome: 'endedAtStart', unanswered: [] };
  }
  await using server = started;
  const unanswered = await sendAll(server, outsider);
  const { code, signal } = await server.stop();
  if (code === 0) return { outcome: 'wentOn', unanswered };
  const isKilled = injection.fault === 'signal=SIGKILL' && (signal === 'SIGKILL' || code === 137);
  if (code !== 1 && !isKilled)
    throw new Error(`the log ends with ${code ?? signal}:\n${server.lines().slice(-3).join('\n')}`);
  return { outcome: 'ended', unanswered };
}

/** @returns those that were not acknowledged */
async function sendAll(server: ServerProcess, outsider: Outsider): Promise<readonly Submission[]> {
  const unanswered: Submission[] = [];
  await outsider.meet(server.base).catch(() => undefined);
  for (let turn = 0; turn < SENT; turn += 1) {
    const submission = submissionOf(`sent ${turn}`, turn);
    const answer = await submit(server.base, submission);
    if (answer?.status === 201) outsider.remember(created(answer));
    else unanswered.push(submission);
  }
  return unanswered;
}

/** The next start, on a disk that is whole, has all that was acknowledged and takes what was not. */
async function requireAfter(folder: LogFolder, outsider: Outsider, unanswered: readonly Submission[]): Promise<void> {
  await using server = await startServer(folder);
  await outsider.meet(server.base);
  await outsider.audit(server.base);
  for (const submission of unanswered) {
    const status = (await submit(server.base, submission))?.status;
    if (status !== 201 && status !== 409) throw new Error(`an entry that is sent again is answered ${status}`);
  }
  await grow(server, outsider, 'after', 2);
  await outsider.audit(server.base);
  await server.stop();
}
