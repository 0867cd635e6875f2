import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { foldersIn, type LogFolder, type ServerProcess } from '../testkit/server-process.ts';
import { makeFolder } from '../storage/folders.ts';
import { median } from './cpu.ts';
import { fill, readFilling } from './fill.ts';
import { Generator } from './load.ts';
import { measure, portOf, startMeasured, stopped, warmUp } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { Measured } from './row.ts';
import type { Scenario } from './scenarios.ts';

/** Rounds in which each has one turn: the machine's own noise falls on all of them alike. */
const ROUNDS = 9;

/**
 * Submissions to a log that nothing copies, to the same log beside `npm run backup`, and to a log with an archive. They take turns in one run; each row is the turn in the middle.
 */
export const backup: Scenario = async (folder, options) => {
  if (readFilling(folder).ranges.length === 0) await fill(folder, options.entries);
  using generator = new Generator();
  const other = foldersIn(join(folder.parent, 'archived'));
  makeFolder(other.parent);
  await using plain = await startMeasured(folder, options);
  await using archived = await startMeasured(other, options, ['--archive', join(folder.parent, 'archive')]);
  for (const server of [archived, plain]) await warmUp(server, generator, options);
  const ways: Readonly<Record<string, () => Promise<Measured>>> = {
    'with nothing that copies the log': () => turn(plain, generator, options),
    'beside npm run backup': () => beside(folder, () => turn(plain, generator, options)),
    'with an archive': () => turn(archived, generator, options),
  };
  const names = Object.keys(ways);
  const turns = new Map<string, Measured[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (let at = 0; at < names.length; at += 1) {
      const name = names[(round + at) % names.length] as string; // each is first, and last, as often as any other
      turns.get(name)?.push(await (ways[name] as () => Promise<Measured>)());
    }
  for (const server of [plain, archived]) await stopped(server);
  return report(turns, options);
};

async function turn(server: ServerProcess, generator: Generator, options: BenchOptions): Promise<Measured> {
  const { kind, connections, seconds, rate } = options;
  await generator.make(kind, Math.ceil((rate ?? MOST_PER_SECOND) * seconds) + connections);
  return measure(server, '', () => generator.submit({ port: portOf(server), connections, seconds, rate }));
}

/** Submissions that are made for a second of a closed loop: more than one machine takes. */
const MOST_PER_SECOND = 2500;

/** A backup that has begun, and goes on for longer than the work. */
async function beside(folder: LogFolder, work: () => Promise<Measured>): Promise<Measured> {
  const into = join(folder.parent, 'backup');
  const words = ['--data', folder.data, '--heads', folder.heads, '--into', into];
  const child = spawn(process.execPath, [SCRIPT, 'backup', ...words], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (!existsSync(join(into, 'shard-1'))) await sleep(POLL_MS);
  try {
    const measured = await work();
    if (child.exitCode !== null) throw new Error('the backup had ended before: give more --entries');
    return measured;
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(into, { recursive: true, force: true });
  }
}

const POLL_MS = 20;
const SCRIPT = new URL('../cli/main.ts', import.meta.url).pathname;

/** Says what each round's rate is over that of the same round alone: the ratio in the middle. */
function report(
  turns: ReadonlyMap<string, readonly Measured[]>,
  { kind, connections, rate }: BenchOptions,
): readonly Measured[] {
  const pace = rate === undefined ? '' : ` at ${rate}/s`;
  const [alone = []] = turns.values();
  const rates = (rows: readonly Measured[]): readonly number[] => rows.map(({ figures }) => figures.perSecond ?? 0);
  return [...turns].map(([name, rows]) => {
    const ratio = median(rates(rows).map((perSecond, round) => perSecond / (rates(alone)[round] ?? 1)));
    const middle = median(rates(rows));
    console.error(`${name}: ${Math.round(middle)}/s, ${ratio.toFixed(3)} of what it is alone in the same round`);
    const chosen = rows.find(({ figures }) => figures.perSecond === middle) ?? rows[0];
    return { ...(chosen as Measured), bench: `submit ${kind} x${connections}${pace}, ${name}` };
  });
}
