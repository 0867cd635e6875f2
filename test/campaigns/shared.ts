import { setTimeout as sleep } from 'node:timers/promises';
import { ask, created, headOf, submissionOf, submit } from '../crash/client.ts';
import { type Group, LIST_SERVERS, openGroup } from '../shared/group.ts';
import { Outsider } from '../support/outsider.ts';
import { type Campaign, type Counts, eachRound, oneOf } from './campaign.ts';

const MACHINES = [1, 2, 3] as const;
const SUBMITTERS = 12;
/** Faults in a round, and milliseconds of a lease. */
const FAULTS = 2;
const LEASE_MS = 1500;

interface Scene {
  readonly group: Group;
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
}

type Fault = (scene: Scene) => Promise<Counts>;

/** Each leaves three machines that run. */
const CALAMITIES: Readonly<Record<string, Fault>> = {
  'the leader is killed': async ({ group }) => {
    const leader = await group.leader();
    await group.kill(leader);
    const next = await group.leader();
    if (next === leader) throw new Error('a machine that was killed leads');
    await group.start(leader);
    return { takeOvers: 1, kills: 1 };
  },
  'a follower is killed': async ({ group, random }) => {
    const leader = await group.leader();
    const follower = oneOf(
      MACHINES.filter((number) => number !== leader),
      random,
    );
    await group.kill(follower);
    await sleep(500);
    await group.start(follower);
    return { kills: 1 };
  },
  'the leader stops for longer than its lease': async ({ group }) => {
    const leader = await group.leader();
    const server = group.machines.get(leader);
    if (server === undefined) throw new Error('the leader does not run');
    process.kill(server.pid, 'SIGSTOP');
    await sleep(2.5 * LEASE_MS);
    process.kill(server.pid, 'SIGCONT');
    const { code } = await server.ended;
    if (code !== 1) throw new Error(`a leader that was stopped for longer than its lease ended with ${code}`);
    await group.kill(leader);
    await group.leader();
    await group.start(leader);
    return { takeOvers: 1, stops: 1 };
  },
  'all are killed': async ({ group }) => {
    await Promise.all(MACHINES.map((number) => group.kill(number)));
    await Promise.all(MACHINES.map((number) => group.start(number)));
    await group.leader();
    return { takeOvers: 1, kills: MACHINES.length };
  },
};

export const shared: Campaign = {
  about:
    'three machines share a log, and are killed or stopped while entries are sent: every acknowledged entry is there once, on each',
  rounds: 500,
  run: (plan) =>
    eachRound(plan, async (random, seed) => {
      const servers = Object.entries(LIST_SERVERS);
      const [name, start] = servers[seed % servers.length] ?? [];
      if (start === undefined) throw new Error('no engine for a list is here');
      await using list = await start();
      await using group = await openGroup(list, { lease: `${LEASE_MS}ms` });
      await group.start(1);
      await Promise.all([group.start(2), group.start(3)]);
      const counts = await round({ group, random });
      return { ...counts, [`on ${name}`]: 1 };
    }),
};

async function round(scene: Scene): Promise<Counts> {
  const { group, random } = scene;
  const outsider = new Outsider();
  await outsider.meet(group.machines.get(1)?.base ?? '');
  const load = startLoad(group, outsider);
  let counts: Counts = {};
  for (let i = 0; i < FAULTS; i += 1) {
    const target = load.acknowledged() + 50;
    while (load.acknowledged() < target) await load.progress();
    const fault = oneOf(Object.values(CALAMITIES), random);
    for (const [what, count] of Object.entries(await fault(scene)))
      counts = { ...counts, [what]: (counts[what] ?? 0) + count };
  }
  await load.stop();
  await everywhere(group, outsider);
  return { ...counts, acknowledged: outsider.acknowledged };
}

/** Holds each machine to everything that was acknowledged and shown by any. */
async function everywhere(group: Group, outsider: Outsider): Promise<void> {
  for (const { base } of group.machines.values()) outsider.rememberNote(await headOf(base));
  for (const { base } of group.machines.values()) {
    // A machine that follows says of no index that was acknowledged that it is not there, so it has all from here on.
    const answer = await ask(base, `/api/v1/log/entries?logIndex=${outsider.last}`);
    if (answer?.status !== 200)
      throw new Error(`entry ${outsider.last} was acknowledged, and ${base} says ${answer?.status}`);
    await outsider.audit(base);
  }
}

/** Statuses after which an entry is not sent again. 409: a try before it had no answer. */
const SETTLED: ReadonlySet<number> = new Set([201, 409]);

interface Load {
  readonly acknowledged: () => number;
  /** Resolves in a moment. @throws what a submitter found */
  progress(): Promise<void>;
  stop(): Promise<void>;
}

/** Entries from some submitters at once, each to any machine: one that gets no answer is sent again, to another. */
function startLoad(group: Group, outsider: Outsider): Load {
  let isStopped = false;
  let found: unknown;
  const submitter = async (number: number): Promise<void> => {
    for (let turn = 0; !isStopped; turn += 1) {
      const submission = submissionOf(`${number} ${turn} ${Date.now()}`, number + turn);
      for (let tries = 0; tries < 60 && !isStopped; tries += 1) {
        const machines = [...group.machines.values()];
        const { base } = machines[(number + turn + tries) % machines.length] ?? { base: 'http://127.0.0.1:1' };
        const answer = await submit(base, submission);
        if (answer?.status === 201) outsider.remember(created(answer));
        if (answer !== undefined && SETTLED.has(answer.status)) break;
        await sleep(100);
      }
    }
  };
  const all = Promise.all(Array.from({ length: SUBMITTERS }, (_, number) => submitter(number))).catch(
    (error: unknown) => {
      found = error;
    },
  );
  const progress = async (): Promise<void> => {
    if (found !== undefined) throw found;
    await sleep(20);
  };
  return {
    acknowledged: () => outsider.acknowledged,
    progress,
    stop: async () => {
      isStopped = true;
      await all;
      await progress();
    },
  };
}
