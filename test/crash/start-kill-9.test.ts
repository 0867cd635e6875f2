import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGenesis } from '../../host/start/genesis.ts';
import { viewFileJournal } from '../../storage/engines/file-journal/open.ts';
import { IndependentLog } from '../support/independent-log.ts';
import { openTestLog } from '../support/log.ts';
import { type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';

/*
 * Kills a real server with SIGKILL before a step of its start that changes a file, and in the middle of a text that it
 * writes. START_STEPS=all tries each step, and pairs of them; otherwise those at which something gets its name on the disk.
 */

const ALL = process.env['START_STEPS'] === 'all';
const PAIRS = 40;
/** Places that every start reaches. */
const SURE_STEPS = 12;
const SECONDS = 1000;
const PRELOADED_MODULE = new URL('../support/kill-at-step.ts', import.meta.url).pathname;
const ORIGIN = ['--origin', 'rekor.test'];

const stepsFile = ({ parent }: LogFolder): string => join(parent, 'steps.txt');

function preloaded(folder: LogFolder, flags: readonly string[], killAt: number) {
  writeFileSync(stepsFile(folder), '');
  const env = { STEPS_FILE: stepsFile(folder), KILL_AT: String(killAt) };
  return { flags: [...ORIGIN, ...flags], nodeFlags: ['--import', PRELOADED_MODULE], env };
}

/** The places where a start in this folder can be killed, each with what it is about to do. */
async function placesOf(folder: LogFolder, flags: readonly string[]): Promise<readonly (readonly [number, string])[]> {
  await using server = await startServer(folder, preloaded(folder, flags, Infinity));
  await server.kill();
  const lines = readFileSync(stepsFile(folder), 'utf8').trimEnd().split('\n');
  return lines.flatMap((line, at) => {
    const step = line.trim();
    const isText = /^writeFile(Sync TEXT)?$/.test(step);
    const places = isText ? [at, at + 0.5] : [at];
    return ALL || /^(rename|postMessage (create|hold|commit))/.test(step)
      ? places.map((place) => [place, step] as const)
      : [];
  });
}

async function killedAt(folder: LogFolder, flags: readonly string[], place: number): Promise<void> {
  const { signal, said } = await runServer(folder, preloaded(folder, flags, place));
  if (signal !== 'SIGKILL') throw new Error(`not killed at step ${place}:\n${said}`);
}

/** Tree ids under which something was signed, and the largest head. */
async function signedIn({ data, heads }: LogFolder) {
  const genesis = existsSync(join(data, 'birth.json'))
    ? parseGenesis(readFileSync(join(data, 'birth.json'), 'utf8'))
    : undefined;
  const journal = await viewFileJournal(heads);
  const size = journal.last()?.size;
  return {
    ids: [genesis?.treeId, size === undefined ? undefined : journal.owner()?.treeId].filter((id) => id !== undefined),
    size: size ?? 0,
  };
}

async function start({ data, heads }: LogFolder, flags: readonly string[]) {
  const { log, close } = await openTestLog([...flags, '--heads', heads], data);
  const found = { treeId: log.shard.treeId, logId: log.shard.logId, size: log.head().size };
  await close();
  return found;
}

/** The next start goes on with what was signed, and the one after it with the same log. */
async function expectGoesOn(folder: LogFolder, flags: readonly string[]) {
  const signed = await signedIn(folder);
  const first = await start(folder, flags);
  expect(new Set([first.treeId, ...signed.ids])).toEqual(new Set([first.treeId]));
  expect(first.size).toBeGreaterThanOrEqual(signed.size);
  expect(ALL ? await start(folder, flags) : first).toEqual(first);
  return first;
}

const WAYS = [
  ['of a log', (): readonly string[] => []],
  ['of a log without entry 0', (): readonly string[] => ['--genesis', 'off']],
  [
    'of a log with a witness of its own',
    ({ parent }: LogFolder): readonly string[] => {
      writeFileSync(join(parent, 'logs.txt'), `log ${new IndependentLog('other.test').vkey}\nquorum none\n`);
      return ['--witness-for', join(parent, 'logs.txt')];
    },
  ],
] as const;

describe.each(ALL ? WAYS : WAYS.slice(-1))('a start that is killed %s', (_what, flagsFor) => {
  it(
    'at any step, the first one, is gone on with by the next',
    async () => {
      using model = temporaryFolder();
      const places = await placesOf(model, flagsFor(model));
      expect(places.length).toBeGreaterThan(10);
      for (const [place] of places) {
        using folder = temporaryFolder();
        const flags = flagsFor(folder);
        await killedAt(folder, flags, place);
        await expectGoesOn(folder, flags);
      }
    },
    900 * SECONDS,
  );

  it(
    'at any step, of a log that is there, between the two writes of the token as well, leaves that log',
    async () => {
      using folder = temporaryFolder();
      const flags = flagsFor(folder);
      const { treeId, logId } = await start(folder, flags);
      const places = await placesOf(folder, flags);
      expect(places.map(([, step]) => step)).toContain('postMessage hold');
      for (const [place] of places) {
        await killedAt(folder, flags, place);
        expect(await expectGoesOn(folder, flags)).toMatchObject({ treeId, logId });
      }
    },
    900 * SECONDS,
  );

  it.runIf(ALL)(
    'at any two steps, one start after the other, is gone on with by the third',
    async () => {
      using model = temporaryFolder();
      const places = await placesOf(model, flagsFor(model));
      for (let pair = 0; pair < PAIRS; pair += 1) {
        using folder = temporaryFolder();
        const flags = flagsFor(folder);
        const [one, other] = [places[(pair * 7) % places.length], places[(pair * 5) % SURE_STEPS]];
        await killedAt(folder, flags, one?.[0] ?? 0);
        await killedAt(folder, flags, other?.[0] ?? 0);
        await expectGoesOn(folder, flags);
      }
    },
    900 * SECONDS,
  );
});
