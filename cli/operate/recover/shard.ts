import { hostname } from 'node:os';
import { LogRefused } from '../../../log/failures.ts';
import { type JournalFault, journalFault } from '../../../log/journal-check.ts';
import { loadTileCache } from '../../../log/load-tile-cache.ts';
import { treeSize } from '../../../merkle/types.ts';
import { requireAsRecorded, type ShardFolder } from '../../../host/shards/shard-folders.ts';
import type { StoredHead } from '../../../storage/heads.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import type { OpenStore, UnchangedReads } from '../../../storage/engine.ts';
import { noLogIn } from '../../../storage/failures.ts';
import type { HeldJournals, OpenHeadJournal } from '../../../storage/journal.ts';

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
  readonly store: OpenStore;
  readonly journals: HeldJournals;
  readonly journal: OpenHeadJournal;
}

/** A shard as it stands: nothing is written. Undefined for a later one that nobody has opened yet. @throws LogRefused, StoreRefused */
export async function lookAtShard(place: ShardFolder, cleanup: AsyncDisposableStack): Promise<FoundShard | undefined> {
  const { folder, heads, engine } = place;
  for (const one of [folder, heads]) engine.requireUnlocked(one);
  const database = engine.look(folder);
  requireAsRecorded(place, database.state === 'log' ? database.identity : undefined);
  if (database.state !== 'log') return undefinedUnlessFirst(place);
  const reads = cleanup.use(engine.openUnchanged(folder));
  const { isCurrent } = reads;
  return { ...place, reads, identity: database.identity, head: await reads.head(), isCurrent, unchanged: true };
}

/** Keeps everyone else out of the shard. @throws LogRefused, StoreRefused */
export async function holdShard(
  place: ShardFolder,
  cleanup: AsyncDisposableStack,
  announce: (sentence: string) => void,
): Promise<HeldShard | undefined> {
  const { folder, heads, engine } = place;
  const owner = `recovery, process ${process.pid} on ${hostname()}`;
  const store = engine.exists(folder) ? cleanup.use(await engine.open(folder, { owner, announce })) : undefined;
  const identity = await store?.identity();
  requireAsRecorded(place, identity);
  if (store === undefined || identity === undefined) return undefinedUnlessFirst(place);
  const journals = cleanup.use(engine.journals.hold(heads, owner));
  const journal = cleanup.use(await journals.openHeads());
  const found = { reads: store, identity, head: await store.head(), isCurrent: true, unchanged: false };
  return { ...place, ...found, store, journals, journal };
}

/** @throws LogRefused */
function undefinedUnlessFirst({ number, folder }: ShardFolder): undefined {
  if (number === 1) throw new LogRefused(noLogIn(folder));
  return undefined;
}

/** Why the shard would refuse to start beside its head journal. @throws LogRefused for a log that is damaged itself */
export async function faultOf({
  engine,
  reads: store,
  heads,
  identity,
  head,
}: FoundShard): Promise<JournalFault | undefined> {
  const tileCache = await loadTileCache(store, head?.size ?? treeSize(0), head);
  const freeze = await store.frozen();
  const journal = await engine.journals.viewHeads(heads);
  return journalFault({ store, journal, identity, tileCache, stored: head, freeze });
}
