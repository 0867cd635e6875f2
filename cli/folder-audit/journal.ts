import { LogRefused } from '../../log/failures.ts';
import type { TreeHead } from '../../merkle/types.ts';
import { isFreeze, type JournalRecords } from '../../storage/journal.ts';
import type { ReadShard } from '../../host/shards/read-shards.ts';
import { Damaged } from '../../log/audit/reports.ts';

/** Heads that a log may hold beyond its journal: one whose journal write was cut short, and the next, which was committed beside it. */
const UNRELEASED_HEADS = 2;

/**
 * The head journal of a shard: it is this shard's, all its lines are as they were written, and it ends where the shard does. A
 * log without one refuses to start, and nothing shows that it was rolled back: that is no sound log.
 *
 * @returns its heads, in order
 * @throws Damaged
 * @throws LogRefused if there is none: the log may be sound, and the command looks in the wrong folder
 */
export async function readJournal(shard: ReadShard): Promise<readonly TreeHead[]> {
  const { reading, identity, heads, engine } = shard;
  const before = (await reading.head())?.size ?? 0; // first: all of those are in the journal, if the log goes on meanwhile
  const journal = await engine.journals.readHeads(heads);
  if (journal === undefined)
    throw new LogRefused(
      `${identity.origin} has no head journal in ${heads}: give the folder that holds its ${engine.journals.files.heads} with --heads, or put the journal back`,
    );
  requireOwn(shard, journal);
  const last = journal.records.at(-1);
  requireEnd(shard, last);
  const beyond = await reading.heads(before + 1, UNRELEASED_HEADS + 1);
  if (beyond.filter(({ size }) => size > (last?.size ?? 0)).length > UNRELEASED_HEADS)
    throw new Damaged(
      before,
      `the head journal in ${heads} ends at ${last?.size ?? 'no head'}, and the log has heads up to ${before}: it is an old copy, or was cut short. Put the newest back`,
    );
  return journal.records;
}

/** @throws Damaged for a journal that is ahead of the log, which was read later */
export function requireNoNewer(journal: readonly TreeHead[], size: number): void {
  const last = journal.at(-1)?.size ?? 0;
  if (last > size)
    throw new Damaged(
      size,
      `the log has ${size} entries, and the head journal has a head of ${last}: it is an old copy. Put back a newer one`,
    );
}

/** @throws Damaged */
function requireOwn({ identity, heads }: ReadShard, { owner, damage }: JournalRecords): void {
  if (damage !== undefined) throw new Damaged(0, damage);
  if (owner?.treeId === identity.treeId && owner.logId === identity.logId) return;
  throw new Damaged(
    0,
    `the head journal in ${heads} is that of log ${owner?.treeId}, and this is log ${identity.treeId}: give the folder of its own with --heads`,
  );
}

/** @throws Damaged if the journal says that the log ended, and the log says otherwise */
function requireEnd({ frozen }: ReadShard, last: JournalRecords['records'][number] | undefined): void {
  if (last === undefined || !isFreeze(last) || frozen?.at === last.at) return;
  throw new Damaged(
    last.size,
    `the log was frozen at ${last.size} entries by its head journal, and its data folder says otherwise: it is a copy from before. Put back a newer one`,
  );
}
