import { treeSize } from '../merkle/types.ts';
import type { EntryReads } from '../storage/entries.ts';
import type { HeadReads, StoredFreeze, StoredHead } from '../storage/heads.ts';
import type { TileReads } from '../storage/tiles.ts';
import type { JournalHolders } from '../storage/journal.ts';
import type { LogIdentity } from '../storage/identity.ts';
import { LogRefused } from './failures.ts';
import { type JournalCheck, journalFault, journalRefusal } from './journal-check.ts';
import { loadTileCache } from './load-tile-cache.ts';
import type { Expected, OpenParts } from './opening.ts';
import type { TileCache } from './tile-cache.ts';

/** Reads that tell whether a log may sign: of a store, or of a database that is only read. */
export type VerifyReads = Pick<HeadReads, 'head' | 'frozen' | 'countHeads'> &
  TileReads &
  Pick<EntryReads, 'entry'> &
  Pick<JournalHolders, 'holder'>;

export interface VerifyParts extends Pick<OpenParts, 'expected' | 'recoverCommand' | 'offset'> {
  readonly store: VerifyReads;
  readonly journal: JournalCheck['journal'];
}

export interface LoadedLog {
  /** The newest head. */
  readonly stored: StoredHead | undefined;
  readonly freeze: StoredFreeze | undefined;
  readonly tileCache: TileCache;
}

/** Loads the stored tree and head. @throws LogRefused unless they fit */
export async function loadLog(store: Omit<VerifyReads, 'holder'>): Promise<LoadedLog> {
  const [stored, freeze] = [await store.head(), await store.frozen()];
  return { stored, freeze, tileCache: await loadTileCache(store, stored?.size ?? treeSize(0), stored) };
}

/**
 * Compares a log with its keys, its name, its place in the index and its head journal. Writes nothing.
 *
 * @throws LogRefused saying what does not fit and what to do: the log must not sign
 */
export async function verifyLog(parts: VerifyParts, identity: LogIdentity): Promise<LoadedLog> {
  const { store, journal } = parts;
  const loaded = await loadLog(store);
  checkIdentity(identity, parts.expected);
  checkOffset(identity, parts.offset ?? 0);
  await checkJournal(parts, { store, journal, identity, ...loaded });
  return loaded;
}

/** @throws LogRefused for a log of another name or other keys */
export function checkIdentity(found: LogIdentity, expected: Expected): void {
  if (found.origin !== expected.origin)
    throw new LogRefused(
      `the log is ${found.origin} for ever, not ${expected.origin}: set origin to ${found.origin}, or begin a new log in another folder`,
    );
  const other = found.logId !== expected.logId ? 'rekor' : found.c2spKeyId !== expected.c2spKeyId ? 'c2sp' : undefined;
  if (other === undefined) return;
  throw new LogRefused(
    `the ${other} key is not the one this log has signed with since it began: put that key back, or begin a new log in another folder`,
  );
}

/**
 * Compares the offset of a shard with the sizes of the shards before it: virtual indexes are signed, so it never
 * changes. @throws LogRefused
 */
function checkOffset({ origin, offset }: LogIdentity, before: number): void {
  if (offset === before) return;
  throw new LogRefused(
    `the log ${origin} began behind ${offset} entries of earlier shards, and there are ${before}: put those shards back as they were`,
  );
}

/** @throws LogRefused */
async function checkJournal({ recoverCommand }: VerifyParts, check: JournalCheck): Promise<void> {
  const fault = await journalFault(check);
  if (fault !== undefined) throw new LogRefused(journalRefusal(fault, recoverCommand));
}
