import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LogFolder, startServer } from '../../testkit/server-process.ts';
import { type Answers, answersOf, differences } from '../backup/answers.ts';
import { created, submissionOf, submit } from '../crash/client.ts';
import { run, submit as submitMany, succeeded } from '../scripts/operator.ts';
import { auditLog } from '../support/audit.ts';
import { Outsider, rawAnswer } from '../support/outsider.ts';

/** Whether the write-ahead log still holds commits. */
export type Ending = 'stopped' | 'killed';

/** A log that is put back as it was, with all that it answers. */
export interface Specimen {
  readonly folder: LogFolder;
  /** A backup of it. */
  readonly backup: string;
  readonly size: number;
  readonly leaves: readonly Buffer[];
  /** To search for. */
  readonly digests: readonly string[];
  readonly answers: Answers;
  readonly outsider: Outsider;
  /** Files of log and backup that are there now, but for locks, which hold nothing. */
  files(): readonly string[];
  /** Puts each file back, in place: the folder stays the one that it was. */
  reset(ending: Ending): void;
}

/** Entries: more than a full tile and bundle, and some beside them. */
const [EARLY_ENTRIES, LATE_ENTRIES] = [270, 24];

export async function makeSpecimen(folder: LogFolder): Promise<Specimen> {
  const backup = join(folder.parent, 'backup');
  const outsider = new Outsider();
  const digests: string[] = [];
  const killed = await saved(folder, async (base) => {
    await outsider.meet(base);
    await submitMany(base, 'early', EARLY_ENTRIES);
    for (let turn = 0; turn < LATE_ENTRIES; turn += 1) {
      const submission = submissionOf(`late ${turn}`, turn);
      outsider.remember(created(await submit(base, submission)));
      digests.push(submission.digest);
    }
  });
  const { answers, leaves, ending: stopped } = await answered(folder, outsider, digests);
  await succeeded(run('backup', folder, '--into', backup));
  const states = { stopped, killed };
  const copy = contentsOf([backup]);
  return {
    folder,
    backup,
    size: leaves.length,
    leaves,
    digests,
    answers,
    outsider,
    files: () => [...contentsOf([folder.data, folder.heads, backup]).keys()].filter((file) => !file.includes('/lock')),
    reset: (ending) => {
      putBack([folder.data, folder.heads], states[ending]);
      putBack([backup], copy);
    },
  };
}

type Contents = ReadonlyMap<string, Buffer>;

/** Has a log do this and be killed. @returns its files */
async function saved({ data, heads, ...folder }: LogFolder, work: (base: string) => Promise<void>): Promise<Contents> {
  await using server = await startServer({ data, heads, ...folder });
  await work(server.base);
  await server.kill();
  return contentsOf([data, heads]);
}

/** Asks everything twice, over a start: it has to be the same. */
async function answered(folder: LogFolder, outsider: Outsider, digests: readonly string[]) {
  const ask = async () => {
    await using server = await startServer(folder);
    const size = await outsider.audit(server.base);
    const audited = await auditLog({ raw: (_, path) => rawAnswer(server.base, path) }, '', outsider.vkey);
    const answers = await answersOf(server.base, size, digests);
    await server.stop();
    return { answers, leaves: audited.leaves };
  };
  const [first, second] = [await ask(), await ask()];
  const [other] = differences(first.answers, second.answers);
  if (other !== undefined) throw new Error(`${other} is answered otherwise after a start`);
  return { ...second, ending: contentsOf([folder.data, folder.heads]) };
}

function contentsOf(folders: readonly string[]): Contents {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(file)]));
}

function putBack(folders: readonly string[], contents: Contents): void {
  for (const file of contentsOf(folders).keys()) if (!contents.has(file)) rmSync(file);
  for (const [file, bytes] of contents) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
