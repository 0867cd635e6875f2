import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LogFolder, startServer } from '../../testkit/server-process.ts';
import { Outsider } from '../support/outsider.ts';
import { mounter } from '../support/small-disk.ts';
import { type Campaign, type Counts, eachRound, inFolder } from './campaign.ts';
import { beginCopied, type CopiedLog } from './copied-log.ts';
import { goOn, grow, requireRefused, startAtOnce } from './starts.ts';
import { type LinkForm, linked } from './linked-folders.ts';

type Way = (log: CopiedLog) => Promise<Counts>;

const MOVES = ['--volume', 'moves'] as const;
/** With and without the word of the operator that a folder may have moved. */
const BOTH = [[], MOVES] as const;
const IN_USE = /is in use by another process|has 2 names \(hard links\)/;

/** A folder to start in, and what the refusal says, with and without the word of the operator that it moved. */
type Preparation = (log: CopiedLog) => { readonly where: LogFolder; readonly reason: RegExp };

/** Refused whatever the operator says; the original goes on once it is as it was. */
const refusedAlways =
  (prepare: Preparation): Way =>
  async (log) => {
    const kept = log.copy('kept');
    const { where, reason } = prepare(log);
    for (const flags of BOTH) await requireRefused(where, flags, reason);
    for (const which of ['data', 'heads'] as const) replaceContents(log.original[which], kept[which]);
    await goOn(log.original, log.outsider, { name: 'original' });
    return { refused: BOTH.length };
  };

const linksTo =
  (form: LinkForm): Way =>
  (log) =>
    throughLinks(log, form);

/** The first five are what `npm test` does: other tests have the rest once. */
const WAYS: readonly Way[] = [
  refusedAlways(({ original, old }) => {
    replaceContents(original.heads, old.heads);
    return { where: original, reason: /the head journal ends at|another copy of this data folder has been started/ };
  }),
  refusedAlways((log) => {
    const copy = log.copy('mixed');
    replaceContents(copy.heads, log.old.heads);
    return {
      where: copy,
      reason: /the head journal ends at|another copy of this data folder|is not where this log was/,
    };
  }),
  twoCopiesAtOnce,
  linksTo('hard links'),
  linksTo('symbolic links'),
  ...(mounter === undefined ? [] : [linksTo('bind mounts')]),
  refusedAlways(({ original, old }) => {
    replaceContents(original.data, old.data);
    return { where: original, reason: /has signed a head of \d+: it was restored from an old copy/ };
  }),
  refusedAlways(({ original, old }) => ({
    where: { ...old, heads: original.heads },
    reason: /restored from an old copy|is not where this log was written/,
  })),
  refusedAlways((log) => {
    const copy = log.copy('alone');
    rmSync(copy.heads, { recursive: true });
    return { where: copy, reason: /the head journal is missing|is not where this log was written/ };
  }),
  wholeCopy,
  laterOfTwo,
  besideRunning,
];

/** A whole copy on another path is refused, unless the operator says that the log moved. */
async function wholeCopy(log: CopiedLog): Promise<Counts> {
  await requireRefused(log.copy('whole'), [], /is not where this log was written/);
  await goOn(log.original, log.outsider, { name: 'original' });
  return { refused: 1 };
}

/** Of a copy beside the journal and its original, the one that is started later is refused. */
async function laterOfTwo(log: CopiedLog): Promise<Counts> {
  const copy = { ...log.copy('first'), heads: log.original.heads };
  await goOn(copy, log.outsider, { name: 'copy', flags: MOVES });
  for (const flags of BOTH)
    await requireRefused(log.original, flags, /restored from an old copy|another copy of this data folder/);
  return { refused: BOTH.length };
}

async function twoCopiesAtOnce(log: CopiedLog): Promise<Counts> {
  const copies = ['one', 'other'].map((name) => ({ ...log.copy(name), heads: log.original.heads }));
  const { serving, refusals } = await startAtOnce(copies, MOVES);
  for (const server of serving) {
    await grow(server, log.outsider, 'at once', 2);
    await log.outsider.audit(server.base);
    await server.kill();
  }
  if (serving.length !== 1) throw new Error(`${serving.length} of two copies serve beside one journal: ${refusals[0]}`);
  return { served: 1, refused: 1 };
}

async function besideRunning(log: CopiedLog): Promise<Counts> {
  await using first = await startServer(log.original);
  await requireRefusedBeside({ ...log.copy('running'), heads: log.original.heads }, MOVES);
  await grow(first, log.outsider, 'still served', 2);
  return { refused: 1 };
}

async function throughLinks(log: CopiedLog, form: LinkForm): Promise<Counts> {
  let refused = 0;
  {
    await using first = await startServer(log.original);
    using links = linked(log.original, form);
    for (const where of links.folders) {
      await requireRefusedBeside(where, MOVES);
      refused += 1;
    }
    await grow(first, log.outsider, `beside ${form}`, 2);
    await first.stop();
    for (const where of links.folders)
      if (form !== 'hard links') await goOn(where, log.outsider, { name: `${where.data} ${where.heads}` });
      else {
        await requireRefused(where, MOVES, /has 2 names \(hard links\)/);
        refused += 1;
      }
  }
  await goOn(log.original, log.outsider, { name: `after ${form}` });
  return { refused };
}

export const staleCopy: Campaign = {
  about:
    'old and second copies, with and without a journal, by links and bind mounts: refused, or the same log goes on',
  rounds: 100,
  run: (plan) =>
    eachRound(plan, (random, seed) =>
      inFolder(async (folder) => {
        const log = await beginCopied(folder, new Outsider(), random);
        const act = WAYS[seed % WAYS.length] as Way;
        const counts = await act(log);
        return { ...counts, acknowledged: log.outsider.acknowledged };
      }),
    ),
};

/** The start is refused because another process runs, whose files change meanwhile. */
const requireRefusedBeside = (where: LogFolder, flags: readonly string[]): Promise<void> =>
  requireRefused(where, flags, IN_USE, { changes: true });

/** The folder stays the one that it was. */
function replaceContents(folder: string, source: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  cpSync(source, folder, { recursive: true });
}
