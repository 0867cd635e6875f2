import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogFolder, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { startLoad } from '../backup/load.ts';
import { type Answer, ask, created, headOf, type Receipt, submissionOf, submit } from '../crash/client.ts';
import { Outsider } from '../support/outsider.ts';
import { mounter, smallDisk } from '../support/small-disk.ts';
import { type Campaign, type Counts, eachRound, inFolder, oneOf } from './campaign.ts';

interface Scene {
  readonly server: ServerProcess;
  readonly receipts: Receipt[];
  /** Sets the calendar of the server off, by seconds. */
  readonly setClock: (seconds: number) => void;
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
}

/** Seconds that the calendar may be off before nothing is signed. */
const TOLERANCE = 5;
/** Seconds by which it is set back or forward. */
const [SMALLEST_STEP, LARGEST_STEP] = [10, 40_000_000];
/** Seconds for which the process is stopped. */
const STOPS = [2, 10, 60] as const;
/** Milliseconds in which a log goes on by itself. */
const GOES_ON_WITHIN_MS = 30_000;
const SHIFTED_CLOCK = new URL('../support/shifted-clock.ts', import.meta.url).pathname;

const WAYS: readonly ((scene: Scene) => Promise<Counts>)[] = [
  (scene) => clockSet(scene, -1),
  (scene) => clockSet(scene, 1),
  stopped,
];

export const time: Campaign = {
  about:
    'clock set back and forward, the process stopped for a minute, the disk full and free again: no time that is wrong',
  rounds: 50,
  run: (plan) =>
    eachRound(plan, (random, seed) => {
      const way = seed % (WAYS.length + (mounter === undefined ? 0 : 1));
      return inFolder((folder) => roundOf(folder, random, WAYS[way]));
    }),
};

/** @param way - undefined for a disk that is full */
async function roundOf(
  folder: LogFolder,
  random: () => number,
  way: (typeof WAYS)[number] | undefined,
): Promise<Counts> {
  const shiftFile = join(folder.parent, 'shift.txt');
  const setClock = (seconds: number): void => writeFileSync(shiftFile, String(seconds * 1000));
  setClock(0);
  if (way === undefined) return fullDisk();
  await using server = await startServer(folder, {
    flags: ['--clock-tolerance', `${TOLERANCE}s`],
    nodeFlags: ['--import', SHIFTED_CLOCK],
    env: { CLOCK_SHIFT_FILE: shiftFile },
  });
  const scene: Scene = { server, receipts: [], setClock, random };
  const outsider = new Outsider();
  await outsider.meet(server.base);
  for (let turn = 0; turn < 3; turn += 1) await take(scene, `before ${turn}`);
  const counts = await way(scene);
  await take(scene, 'after');
  for (const receipt of scene.receipts) outsider.remember(receipt);
  requireRightTimes(scene.receipts);
  await outsider.audit(server.base);
  if ((await server.stop()).code !== 0) throw new Error('the log does not end as it should');
  return { ...counts, acknowledged: scene.receipts.length };
}

async function take({ server, receipts }: Scene, name: string): Promise<void> {
  receipts.push(created(await submit(server.base, submissionOf(name, receipts.length))));
}

/** Nothing is signed while the calendar is wrong; heads stay; it goes on by itself once it is right. */
async function clockSet(scene: Scene, way: 1 | -1): Promise<Counts> {
  const { server, setClock, random } = scene;
  const head = await headOf(server.base);
  setClock(way * Math.floor(SMALLEST_STEP + random() ** 4 * LARGEST_STEP));
  await sleep(100);
  const answer = await submit(server.base, submissionOf('while wrong', 0));
  if (answer?.status !== 503 || !answer.text.includes('clock'))
    throw new Error(`an entry is answered ${shown(answer)} while the clock is wrong`);
  const ready = await ask(server.base, '/readyz');
  if (ready?.status !== 503 || !ready.text.includes('clock')) throw new Error(`/readyz says ${shown(ready)}`);
  if ((await headOf(server.base)) !== head) throw new Error('another head is shown while the clock is wrong');
  setClock(0);
  await goesOn(scene, 'right again');
  setClock(-Math.floor(random() * (TOLERANCE - 1)));
  await sleep(100);
  await take(scene, 'a little late');
  setClock(0);
  await sleep(100);
  return { [way < 0 ? 'setBack' : 'setForward']: 1 };
}

/** Answers that wait come late or not at all, and what was acknowledged is there. */
async function stopped(scene: Scene): Promise<Counts> {
  const { server, random } = scene;
  const load = startLoad(server.base, 'stopped', 8);
  await sleep(500);
  process.kill(server.pid, 'SIGSTOP');
  await sleep(oneOf(STOPS, random) * 1000);
  process.kill(server.pid, 'SIGCONT');
  await goesOn(scene, 'continued');
  await load.stop();
  scene.receipts.push(...load.acknowledged.map(({ receipt }) => receipt));
  return { stopped: 1 };
}

async function fullDisk(): Promise<Counts> {
  using disk = smallDisk(2_000_000);
  await using server = await startServer(disk);
  const outsider = new Outsider();
  await outsider.meet(server.base);
  const scene: Scene = { server, receipts: [], setClock: () => undefined, random: Math.random };
  await take(scene, 'before');
  disk.fill(0);
  await refusedUntilFull(scene);
  disk.release();
  await goesOn(scene, 'room again');
  for (const receipt of scene.receipts) outsider.remember(receipt);
  await outsider.audit(server.base);
  return { filled: 1, acknowledged: scene.receipts.length };
}

/** Entries that are sent to a disk without room: some may find it in what SQLite has already. */
const MANY_ENTRIES = 500;

async function refusedUntilFull({ server, receipts }: Scene): Promise<void> {
  for (let turn = 0; turn < MANY_ENTRIES; turn += 1) {
    const answer = await submit(server.base, submissionOf(`full ${turn}`, turn));
    if (answer?.status === 201) receipts.push(created(answer));
    else if (answer?.status === 503 && answer.text.includes('the disk is full')) return;
    else throw new Error(`an entry is answered ${shown(answer)} on a full disk`);
  }
  throw new Error('the disk was not filled');
}

async function goesOn(scene: Scene, name: string): Promise<void> {
  const submission = submissionOf(name, 0);
  for (const begun = performance.now(); performance.now() - begun < GOES_ON_WITHIN_MS; await sleep(100)) {
    const answer = await submit(scene.server.base, submission);
    if (answer?.status === 201) return void scene.receipts.push(created(answer));
    if (answer !== undefined && answer.status !== 503)
      throw new Error(`${name}: an entry is answered ${shown(answer)}`);
  }
  throw new Error(`${name}: the log does not go on within ${GOES_ON_WITHIN_MS} ms`);
}

/** Seconds between an answer and this look at it, on a machine that has too much to do. */
const LATENESS = 120;

function requireRightTimes(receipts: readonly Receipt[]): void {
  const now = Date.now() / 1000;
  const ordered = [...receipts].sort((a, b) => a.logIndex - b.logIndex);
  for (const [i, { integratedTime, logIndex }] of ordered.entries()) {
    if (integratedTime < (ordered[i - 1]?.integratedTime ?? 0))
      throw new Error(`entry ${logIndex} has an earlier time than the one before it: ${integratedTime}`);
    if (integratedTime > now + 1 || integratedTime < now - LATENESS)
      throw new Error(`entry ${logIndex} was signed with the time ${integratedTime}, about ${Math.floor(now)}`);
  }
}

const shown = (answer: Answer | undefined): string => `${answer?.status} ${answer?.text}`;
