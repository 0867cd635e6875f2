import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogFolder, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { reached, startLoad } from '../backup/load.ts';
import { created, submissionOf, submit } from '../crash/client.ts';
import { Outsider } from '../support/outsider.ts';
import { type Campaign, type Counts, inFolder, type Plan } from './campaign.ts';

/** A minute of the log. */
interface Minute {
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly walBytes: number;
  /** Milliseconds of a submission: the half that is quicker than this. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Seconds in which it is found how much 32 submitters get through, and those before it in which the log warms up. */
const [MEASURED_SECONDS, WARM_SECONDS] = [10, 10];
/** Of what they get through, the part that is sent. */
const SHARE = 0.5;
const MINUTE = 60_000; // milliseconds
/** Milliseconds between two bursts. */
const TICK_MS = 50;
/** Of the receipts, one in so many is held against the log at the end. */
const REMEMBERED_SHARE = 0.05;

/** The last third of the minutes against the first. Latency is that of a machine with other things to do. */
const LIMITS = {
  residentBytes: (first: number): number => 1.2 * first + 32 * 2 ** 20,
  descriptors: (first: number): number => first + 8,
  walBytes: (first: number): number => 1.5 * first + 16 * 2 ** 20,
  medianMs: (first: number): number => 3 * first + 10,
} as const;

export const soak: Campaign = {
  about:
    'half of what the log gets through, for N minutes (--rounds N): memory, descriptors, WAL and latency stay flat',
  rounds: 120,
  run: (plan) => inFolder((folder) => soakIn(folder, plan)),
};

async function soakIn(folder: LogFolder, { rounds: minutes, say }: Plan): Promise<Counts> {
  await using server = await startServer(folder);
  const outsider = new Outsider();
  await outsider.meet(server.base);
  const rate = Math.max(1, Math.floor(SHARE * (await capacityOf(server))));
  say(`${rate} entries a second`);
  const seen: Minute[] = [];
  for (let number = 0; number < minutes; number += 1) {
    seen.push(await minuteOf(server, folder, { rate, outsider, name: `minute ${number}` }));
    say(JSON.stringify(seen.at(-1)));
  }
  requireFlat(seen);
  const size = await outsider.audit(server.base);
  if ((await server.stop()).code !== 0) throw new Error('the log does not end as it should');
  return { size, rate, ...prefixed('first', seen[0]), ...prefixed('last', seen.at(-1)) };
}

/** Entries a second that 32 submitters get through, each of which waits for its answer. */
async function capacityOf({ base }: ServerProcess): Promise<number> {
  const load = startLoad(base, 'capacity');
  await reached(load, 1);
  await sleep(WARM_SECONDS * 1000);
  const before = load.acknowledged.length;
  await sleep(MEASURED_SECONDS * 1000);
  const measured = load.acknowledged.length - before;
  await load.stop();
  return measured / MEASURED_SECONDS;
}

interface Sending {
  /** Entries a second. */
  readonly rate: number;
  readonly outsider: Outsider;
  readonly name: string;
}

async function minuteOf(server: ServerProcess, folder: LogFolder, sending: Sending): Promise<Minute> {
  const { rate, outsider, name } = sending;
  const latencies: number[] = [];
  const waiting: Promise<void>[] = [];
  const send = async (number: number): Promise<void> => {
    const submission = submissionOf(`${name} ${number}`, number);
    const begun = performance.now();
    const receipt = created(await submit(server.base, submission));
    latencies.push(performance.now() - begun);
    if (number % (1 / REMEMBERED_SHARE) === 0) outsider.remember(receipt);
  };
  for (let [begun, sent] = [performance.now(), 0]; performance.now() - begun < MINUTE; await sleep(TICK_MS)) {
    const due = Math.floor(((performance.now() - begun) / 1000) * rate);
    for (; sent < due; sent += 1) waiting.push(send(sent));
  }
  await Promise.all(waiting);
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((latencies[Math.floor(share * latencies.length)] ?? 0) * 10) / 10;
  return {
    residentBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) * 1024,
    descriptors: openFiles(server.pid),
    walBytes: statSync(join(folder.data, 'stele.db-wal')).size,
    medianMs: at(0.5),
    p99Ms: at(0.99),
  };
}

/** Descriptors but those of connections, which come and go with what is sent. */
function openFiles(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => !targetOf(join(folder, name)).startsWith('socket:')).length;
}

/** As a connection's for one that has been closed since. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return 'socket: closed';
  }
}

function requireFlat(minutes: readonly Minute[]): void {
  const third = Math.floor(minutes.length / 3);
  if (third === 0) return;
  for (const [name, limit] of Object.entries(LIMITS)) {
    const middle = (some: readonly Minute[]): number => {
      const values = some.map((minute) => minute[name as keyof Minute]).sort((a, b) => a - b);
      return values[Math.floor(values.length / 2)] ?? 0;
    };
    const [first, last] = [middle(minutes.slice(0, third)), middle(minutes.slice(-third))];
    if (last > limit(first)) throw new Error(`${name} grows: ${first} in the first third, ${last} in the last`);
  }
}

const prefixed = (prefix: string, minute: Minute | undefined): Counts =>
  Object.fromEntries(
    Object.entries(minute ?? {}).map(([name, value]) => [
      prefix + name[0]?.toUpperCase() + name.slice(1),
      value as number,
    ]),
  );
