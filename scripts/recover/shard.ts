import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LogRefused } from '../../log/failures.ts';
import { type JournalFault, journalFault } from '../../log/journal-check.ts';
import { loadShelf } from '../../log/load-shelf.ts';
import { treeSize } from '../../merkle/types.ts';
import { requireAsRecorded, type ShardFolder } from '../../host/shards/shard-folders.ts';
import type { LogIdentity, StoredHead } from '../../storage/contract.ts';
import { type FileJournal, openFileJournal, viewFileJournal } from '../../storage/engines/file-journal/open.ts';
import { type FolderLock, lockFolder, requireUnlocked } from '../../storage/engines/sqlite/file/lock.ts';
import { inspectDatabase } from '../../storage/engines/sqlite/inspect.ts';
import { openSqliteStore, type SqliteStore } from '../../storage/engines/sqlite/open.ts';
import { openSqliteUnchanged, type UnchangedReads } from '../../storage/engines/sqlite/open-unchanged.ts';
import { noLogIn } from '../../storage/failures.ts';

/** A shard, and what can be asked of it. */
export interface FoundShard extends ShardFolder {
  readonly reads: UnchangedReads;
  readonly identity: LogIdentity;
  /** Undefined for a shard without entries. */
  readonly head: StoredHead | undefined;
  /** Whether it is laid out as this version does: only then can its entries be hashed. */
  readonly isCurrent: boolean;
  /** Whether it is only looked at. */
  readonly unchanged: boolean;
}

/** A shard that no other process can change. */
export interface HeldShard extends FoundShard {
  readonly store: SqliteStore;
  readonly headsLock: FolderLock;
  readonly journal: FileJournal;
}

/** A shard as it stands: nothing is written. Undefined for a later one that nobody has opened yet. @throws LogRefused, StoreRefused */
export async function lookAtShard(place: ShardFolder, cleanup: AsyncDisposableStack): Promise<FoundShard | undefined> {
  const { folder, heads } = place;
  for (const one of [folder, heads]) requireUnlocked(one);
  const database = inspectDatabase(folder);
  requireAsRecorded(place, database.state === 'log' ? database.identity : undefined);
  if (database.state !== 'log') return undefinedUnlessFirst(place);
  const reads = cleanup.use(openSqliteUnchanged(folder));
  const { isCurrent } = reads;
  return { ...place, reads, identity: database.identity, head: await reads.head(), isCurrent, unchanged: true };
}

/** Keeps everyone else out of the shard. @throws LogRefused, StoreRefused */
export async function holdShard(
  place: ShardFolder,
  cleanup: AsyncDisposableStack,
  announce: (sentence: string) => void,
): Promise<HeldShard | undefined> {
  const { folder, heads } = place;
  const owner = `recovery, process ${process.pid} on ${hostname()}`;
  const store = existsSync(join(folder, 'stele.db'))
    ? cleanup.use(await openSqliteStore(folder, { owner, announce }))
    : undefined;
  const identity = await store?.identity();
  requireAsRecorded(place, identity);
  if (store === undefined || identity === undefined) return undefinedUnlessFirst(place);
  const headsLock = cleanup.use(lockFolder(heads, owner));
  const journal = cleanup.use(await openFileJournal(headsLock));
  const found = { reads: store, identity, head: await store.head(), isCurrent: true, unchanged: false };
  return { ...place, ...found, store, headsLock, journal };
}

/** @throws LogRefused */
function undefinedUnlessFirst({ number, folder }: ShardFolder): undefined {
  if (number === 1) throw new LogRefused(noLogIn(folder));
  return undefined;
}

/** Why the shard would refuse to start beside its head journal. @throws LogRefused for a log that is damaged itself */
export async function faultOf({ reads: store, heads, identity, head }: FoundShard): Promise<JournalFault | undefined> {
  const shelf = await loadShelf(store, head?.size ?? treeSize(0), head);
  const freeze = await store.frozen();
  return journalFault({ store, journal: await viewFileJournal(heads), identity, shelf, stored: head, freeze });
}
