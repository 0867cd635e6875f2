import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LogRefused } from '../../log/failures.ts';
import { type JournalFault, journalFault } from '../../log/journal-check.ts';
import { loadShelf } from '../../log/load-shelf.ts';
import { treeSize } from '../../merkle/types.ts';
import type { ShardFolder } from '../../server/shard-folders.ts';
import type { LogIdentity, StoredHead } from '../../storage/contract.ts';
import { type FileJournal, openFileJournal, viewFileJournal } from '../../storage/engines/file-journal/open.ts';
import { type FolderLock, lockFolder } from '../../storage/engines/sqlite/file/lock.ts';
import { openSqliteStore, type SqliteStore } from '../../storage/engines/sqlite/open.ts';

/** A shard that no other process can change. */
export interface HeldShard extends ShardFolder {
  readonly store: SqliteStore;
  /** Undefined where there is no heads folder: looking makes none. */
  readonly headsLock: FolderLock | undefined;
  readonly journal: FileJournal | undefined;
  readonly identity: LogIdentity;
  /** Undefined for a shard without entries. */
  readonly head: StoredHead | undefined;
}

export interface HoldOptions {
  /** Whether a heads folder that is missing is made. */
  readonly makeHeads: boolean;
  readonly announce: (sentence: string) => void;
}

/** Keeps everyone else out of the shard. Undefined for a later one that nobody has opened yet. @throws LogRefused, StoreRefused */
export async function holdShard(
  place: ShardFolder,
  cleanup: AsyncDisposableStack,
  { makeHeads, announce }: HoldOptions,
): Promise<HeldShard | undefined> {
  const { number, folder, heads } = place;
  const owner = `recovery, process ${process.pid} on ${hostname()}`;
  const store = existsSync(join(folder, 'stele.db'))
    ? cleanup.use(await openSqliteStore(folder, { owner, announce }))
    : undefined;
  const identity = await store?.identity();
  if (store === undefined || identity === undefined) {
    if (number === 1) throw new LogRefused(`${folder} holds no log`);
    return undefined;
  }
  const headsLock = makeHeads || existsSync(heads) ? cleanup.use(lockFolder(heads, owner)) : undefined;
  const journal = headsLock && cleanup.use(await openFileJournal(headsLock));
  return { ...place, store, headsLock, journal, identity, head: await store.head() };
}

/** Why the shard would refuse to start beside its head journal. @throws LogRefused for a log that is damaged itself */
export async function faultOf({ store, heads, identity, head }: HeldShard): Promise<JournalFault | undefined> {
  const shelf = await loadShelf(store, head?.size ?? treeSize(0), head);
  const freeze = await store.frozen();
  return journalFault({ store, journal: await viewFileJournal(heads), identity, shelf, stored: head, freeze });
}
