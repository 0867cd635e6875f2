import { statSync } from 'node:fs';
import { join } from 'node:path';
import { answersOf, differences } from '../backup/answers.ts';
import { requireFound } from '../backup/rounds.ts';
import { created, submissionOf, submit } from '../crash/client.ts';
import { runServer, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { type Campaign, type Counts, eachRound, inFolder, oneOf } from './campaign.ts';
import { flip, type Flip } from './flip.ts';
import { makeSpecimen, type Specimen } from './specimen.ts';

/* One bit of one file is flipped: the log says which file is damaged, or it answers as before. It never serves it as good. */

/** Files of the data folder, and of every hundred flips how many are in each. All else in the folders shares the rest. */
const SHARES = [
  ['stele.db', 40],
  ['stele.db-wal', 20],
  ['heads', 10],
  ['backup', 10],
] as const;
/** Of a hundred flips in the database, those that happen while the log runs. */
const RUNNING_SHARE = 25;
/** A refusal names a file, or what stands in it. */
const NAMES_FILE =
  /stele\.db|heads\.txt|\.pem|key|journal|birth|genesis|place|begun|unused|not where this log was written|has signed a head of|stored data is damaged: ./;

export const bitFlips: Campaign = {
  about:
    'a bit flipped in database, WAL, journal, keys, backup: found and named, or the same answers; never served as good',
  rounds: 2000,
  run: (plan) =>
    inFolder(async (folder) => {
      const specimen = await makeSpecimen(folder);
      return eachRound(plan, async (random) => {
        specimen.reset(oneOf(['stopped', 'killed'], random));
        const chosen = choose(specimen, random);
        const where = `bit ${chosen.bit} of byte ${chosen.at} of ${chosen.file}`;
        try {
          return await (chosen.file.startsWith(specimen.backup)
            ? inBackup(specimen, chosen)
            : inLog(specimen, chosen, random));
        } catch (error) {
          throw new Error(`${where} is flipped: ${String(error)}`, { cause: error });
        }
      });
    }),
};

function choose({ folder, files, backup }: Specimen, random: () => number): Flip {
  const all = files();
  const of = (part: string): readonly string[] => {
    if (part === 'backup') return all.filter((file) => file.startsWith(backup));
    return all.filter(
      (file) => file === join(folder.data, part) || (part === 'heads' && file.startsWith(folder.heads)),
    );
  };
  let left = random() * 100;
  for (const [part, share] of SHARES) {
    left -= share;
    if (left < 0 && of(part).length > 0) return place(oneOf(of(part), random), random);
  }
  const named = new Set(SHARES.flatMap(([part]) => of(part)));
  return place(
    oneOf(
      all.filter((file) => !named.has(file)),
      random,
    ),
    random,
  );
}

const place = (file: string, random: () => number): Flip => ({
  file,
  at: Math.floor(random() * statSync(file).size),
  bit: Math.floor(random() * 8),
});

async function inBackup({ backup }: Specimen, { file, at, bit }: Flip): Promise<Counts> {
  await requireFound(backup, file, at, bit);
  return { flips: 1, foundInBackup: 1 };
}

async function inLog(specimen: Specimen, chosen: Flip, random: () => number): Promise<Counts> {
  const { folder } = specimen;
  const isRunning = chosen.file.endsWith('stele.db') && random() * 100 < RUNNING_SHARE;
  if (!isRunning) flip(chosen);
  await using server = await startServer(folder).catch(() => undefined);
  if (server === undefined) return await refused(specimen);
  if (isRunning) flip(chosen);
  const outcome = await requireHonest(specimen, server);
  await requireGrows(specimen, server);
  return { flips: 1, [isRunning ? `${outcome}Running` : outcome]: 1 };
}

/** A start that does not serve ends with 1, and says which file it is about. */
async function refused({ folder }: Specimen): Promise<Counts> {
  const { code, signal, said } = await runServer(folder);
  if (code !== 1) throw new Error(`the start ends with ${code ?? signal}:\n${said}`);
  if (!NAMES_FILE.test(said)) throw new Error(`the refusal names no file:\n${said}`);
  return { flips: 1, refusedStarts: 1 };
}

/** Every answer is as it was, or a 500 with a line that says what is damaged. */
async function requireHonest(
  { answers, size, digests }: Specimen,
  server: ServerProcess,
): Promise<'found' | 'harmless'> {
  const now = await answersOf(server.base, size, digests);
  const others = differences(answers, now).filter((path) => now.has(path) && answers.has(path));
  const wrong = others.find((path) => !now.get(path)?.startsWith('500 '));
  if (wrong !== undefined)
    throw new Error(`${wrong} is answered otherwise: ${now.get(wrong)}\nand was ${answers.get(wrong)}`);
  if (others.length === 0) return 'harmless';
  if (!server.lines().some((line) => line.includes('damaged')))
    throw new Error(`${others[0]} is 500, and no line says why`);
  return 'found';
}

/** An entry that is taken now is signed under a tree that begins with what was there, or none is taken. */
async function requireGrows({ outsider, leaves, size }: Specimen, server: ServerProcess): Promise<void> {
  const answer = await submit(server.base, submissionOf(`after ${server.pid} ${performance.now()}`, 0));
  if (answer?.status === 201) outsider.requireNext(created(answer), leaves);
  else if (answer !== undefined && answer.status !== 500 && answer.status !== 503)
    throw new Error(`an entry for a log of ${size} is answered ${answer.status} ${answer.text}`);
  else if (answer === undefined) requireEnded(await server.ended, server.lines());
}

function requireEnded({ code, signal }: Awaited<ServerProcess['ended']>, lines: readonly string[]): void {
  if (code !== 1) throw new Error(`the log ends with ${code ?? signal}:\n${lines.slice(-3).join('\n')}`);
}
