import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IndependentLog } from '../support/independent-log.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { cosignedAt, readNote } from '../support/witness-math.ts';

const ROUNDS = 8;
const COMMON_LEAVES = 3; // leaves that both branches of a log begin with
const BRANCHES = ['left', 'right'] as const;
const LOGS = Array.from({ length: 4 }, (_, i) => new IndependentLog(`log-${i}.test`, COMMON_LEAVES));

/** A cosignature that was given away. */
interface Given {
  readonly round: number;
  readonly log: IndependentLog;
  readonly branch: string;
  readonly size: number;
  /** The checkpoint with the cosignature alone. */
  readonly note: string;
}

/** One branch of a log that lies: it wants to be the one that is cosigned. */
interface Contender {
  readonly log: IndependentLog;
  readonly branch: string;
  /** The size that it takes to have been cosigned last. */
  old: number;
}

const given: Given[] = [];
const statuses: number[] = [];
/** Notes that monitors were shown after each start. */
const shown: { readonly round: number; readonly log: IndependentLog; readonly note: string | undefined }[] = [];
/** For each log, what its two branches are answered in the end, from the size that was cosigned last. */
const last: (readonly (number | undefined)[])[] = [];
const contenders: readonly Contender[] = LOGS.flatMap((log) => BRANCHES.map((branch) => ({ log, branch, old: 0 })));

let folder: LogFolder;
let vkey = '';
beforeAll(async () => {
  folder = temporaryFolder();
  const logs = LOGS.map((log) => `log ${log.vkey}\n`).join('');
  writeFileSync(join(folder.parent, 'logs.txt'), `${logs}quorum none\n`);
  for (let round = 0; round < ROUNDS; round += 1) {
    await using server = await start(round);
    await contendUntilKilled(server, round, 5 + ((round * 37) % 23));
  }
  await using server = await start(ROUNDS);
  const discovery = await fetch(`${server.base}/.well-known/stele.json`);
  vkey = ((await discovery.json()) as { witness: { vkey: string } }).witness.vkey;
  for (const log of LOGS) last.push(await temptation(server, log));
}, 240_000);
afterAll(() => folder[Symbol.dispose]());

async function start(round: number): Promise<ServerProcess> {
  const server = await startServer(folder, { flags: ['--witness-for', join(folder.parent, 'logs.txt')] });
  for (const log of LOGS) {
    const id = createHash('sha256').update(log.origin).digest('hex');
    const answer = await fetch(`${server.base}/witness/${id}/checkpoint`);
    const text = await answer.text();
    shown.push({ round, log, note: answer.status === 200 ? text : undefined });
  }
  return server;
}

/** All branches ask at the same time, and the witness is killed the moment that it has cosigned `enough` times. */
async function contendUntilKilled(server: ServerProcess, round: number, enough: number): Promise<void> {
  let taken = 0;
  const contend = async (contender: Contender): Promise<void> => {
    const { log, branch } = contender;
    for (;;) {
      const { old } = contender;
      const answer = await addCheckpoint(server, log.request({ old, size: old + 1 }, branch));
      if (answer === undefined) return;
      statuses.push(answer.status);
      if (answer.status === 409) contender.old = Number(answer.text);
      if (answer.status !== 200) continue;
      contender.old = old + 1;
      given.push({ round, log, branch, size: old + 1, note: `${log.text(old + 1, branch)}\n${answer.text}` });
      taken += 1;
      if (taken === enough) void server.kill();
    }
  };
  await Promise.all(contenders.map(contend));
  const { signal } = await server.ended;
  if (signal !== 'SIGKILL') throw new Error(`the server ended by itself:\n${server.lines().slice(-3).join('\n')}`);
}

/** @returns the statuses for the other branch, for an older size of the right one, and for the right one */
async function temptation(server: ServerProcess, log: IndependentLog): Promise<readonly (number | undefined)[]> {
  const { branch: right = '' } = of(log).at(-1) ?? {};
  const wrong = BRANCHES.find((branch) => branch !== right);
  const note = shown.findLast((one) => one.log === log)?.note;
  const old = note === undefined ? 0 : Number(readNote(note).size);
  const requests = [
    log.request({ old, size: old + 1 }, wrong),
    log.request({ old: old - 1, size: old }, right),
    log.request({ old, size: old + 1 }, right),
  ];
  const answered: (number | undefined)[] = [];
  for (const request of requests) answered.push((await addCheckpoint(server, request))?.status);
  return answered;
}

/** Undefined when no whole answer came. */
async function addCheckpoint({ base }: ServerProcess, body: string) {
  try {
    const answer = await fetch(`${base}/add-checkpoint`, { method: 'POST', body });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
}

describe(`decision 10, the witness’s own state: ${ROUNDS} kills while forked logs ask for cosignatures`, () => {
  it('cosigned for every log, in every life', () => {
    expect(new Set(given.map(({ log }) => log)).size).toBe(LOGS.length);
    expect(new Set(given.map(({ round }) => round)).size).toBe(ROUNDS);
    expect(statuses.filter((status) => ![200, 409, 422].includes(status))).toEqual([]);
    for (const log of LOGS) expect(of(log).at(-1)?.size).toBeGreaterThan(COMMON_LEAVES);
  });

  it('knows after the last kill what it cosigned: it refuses the fork and the old size, and goes on with the log', () => {
    expect(last).toEqual(LOGS.map(() => [422, 409, 200]));
  });

  it('gave away good cosignatures only, whose time never goes back', () => {
    for (const log of LOGS) {
      const times = of(log).map(({ note }) => cosignedAt(readNote(note), vkey) ?? 0);
      expect(times[0]).toBeGreaterThan(1_700_000_000);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it('never cosigned a size twice or an older one, in one life or over a kill', () => {
    for (const log of LOGS) {
      const sizes = of(log).map(({ size }) => size);
      expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => a - b));
    }
  });

  it('never cosigned both branches of a log', () => {
    for (const log of LOGS) {
      const branches = of(log).flatMap(({ size, branch }) => (size > COMMON_LEAVES ? [branch] : []));
      expect(new Set(branches).size).toBe(1);
    }
  });

  it('came up with at least what it had given away, on the same branch, and said so to monitors', () => {
    expect(shown).toHaveLength(LOGS.length * (ROUNDS + 1));
    for (const { round, log, note } of shown) {
      const before = of(log).filter((one) => one.round < round);
      const { size, root } = note === undefined ? { size: 0n, root: '' } : readNote(note);
      expect(size).toBeGreaterThanOrEqual(before.at(-1)?.size ?? 0);
      if (note === undefined) continue;
      expect(cosignedAt(readNote(note), vkey)).toBeDefined();
      const branch = of(log).at(-1)?.branch;
      expect(root).toBe(log.root(Number(size), branch));
    }
  });
});

const of = (log: IndependentLog): readonly Given[] => given.filter((one) => one.log === log);
