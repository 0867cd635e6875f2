import { toHex } from '../base/bytes.ts';
import { foldRoot } from '../merkle/fold.ts';
import { coveringNodes } from '../merkle/plan.ts';
import { type TreeSize, treeSize } from '../merkle/types.ts';
import type { LogIdentity } from '../storage/contract.ts';
import type { HeadJournal, JournalOwner } from '../storage/journal.ts';
import { LogRefused } from './failures.ts';
import { compose } from './compose.ts';
import { Faces } from './faces/faces.ts';
import type { Expected, LogKeys, OpenedLog, OpenParts } from './opening.ts';
import { loadShelf } from './load-shelf.ts';
import type { TileShelf } from './tiles.ts';
import type { Shard } from './faces/shard.ts';

/**
 * Opens a log, or begins one. This is the only way a log recovers: nothing is signed before the stored tree has been
 * found whole, consistent with every head that was released, and the journal written anew.
 *
 * @throws LogRefused saying what does not fit and what to do
 */
export async function openLog(parts: OpenParts): Promise<OpenedLog> {
  const { store, journal } = parts;
  const found = await store.identity();
  const identity = found ?? (await begin(parts));
  const stored = await store.head();
  const size = stored?.size ?? treeSize(0);
  const shelf = await loadShelf(store, size, stored);
  if (found) {
    checkIdentity(found, parts.expected);
    checkOffset(found, parts.offset ?? 0);
    await checkJournal(journal, found, shelf, size);
  }
  await journal.begin(ownerOf(identity), stored);
  const publicKeys = identity.publicKeys ?? (await keepKeys(parts));
  const shard: Shard = {
    ...identity,
    publicKey: publicKeys.v1,
    tileKey: parts.tileKeyOf(identity.origin, publicKeys.tile),
  };
  const faces = new Faces(shard, parts.keys?.signers);
  const log = await compose({ ...parts, shelf, faces }, stored);
  return { ...log, identity, created: !found };
}

async function keepKeys({ store, keys }: OpenParts): Promise<LogKeys['publicKeys']> {
  if (keys === undefined)
    throw new LogRefused('the log has ended and its public keys are not known: put its keys back');
  await store.keepKeys(keys.publicKeys);
  return keys.publicKeys;
}

async function begin({
  store,
  journal,
  expected,
  keys,
  newTreeId,
  clock,
  offset = 0,
}: OpenParts): Promise<LogIdentity> {
  if (journal.last() !== undefined) {
    throw new LogRefused(
      `the head journal holds heads of log ${journal.owner()?.treeId}, and the data folder is empty: give back that log's data, or begin a new log in another folder`,
    );
  }
  const publicKeys = keys?.publicKeys;
  const identity = { treeId: newTreeId(), ...expected, publicKeys, offset, created: clock.now() };
  await journal.begin(ownerOf(identity), undefined); // first: a log without a journal would never start again
  await store.create(identity);
  return identity;
}

function checkIdentity(found: LogIdentity, expected: Expected): void {
  if (found.origin !== expected.origin)
    throw new LogRefused(
      `the log is ${found.origin} for ever, not ${expected.origin}: set origin to ${found.origin}, or begin a new log in another folder`,
    );
  const other = found.logId !== expected.logId ? 'v1' : found.tileKeyId !== expected.tileKeyId ? 'tile' : undefined;
  if (other === undefined) return;
  throw new LogRefused(
    `the ${other} key is not the one this log has signed with since it began: put that key back, or begin a new log in another folder`,
  );
}

/** Virtual indexes are signed: what stands before a shard must be what stood there when it began. */
function checkOffset({ origin, offset }: LogIdentity, before: number): void {
  if (offset === before) return;
  throw new LogRefused(
    `the log ${origin} began behind ${offset} entries of earlier shards, and there are ${before}: put those shards back as they were`,
  );
}

/** A log that is smaller than a head it released, or another tree, must never sign again: that is a fork. */
async function checkJournal(
  journal: HeadJournal,
  identity: LogIdentity,
  shelf: TileShelf,
  size: TreeSize,
): Promise<void> {
  const owner = journal.owner();
  const advice = 'If you know that no later head was ever shown to anyone, run: npm run recover';
  if (owner === undefined) throw new LogRefused(`the head journal is missing. Put it back. ${advice}`);
  if (owner.treeId !== identity.treeId || owner.logId !== identity.logId)
    throw new LogRefused(
      `the head journal is that of log ${owner.treeId}, not of ${identity.treeId}: set heads to the folder of this log's own`,
    );
  const last = journal.last();
  if (last === undefined) return;
  if (last.size > size)
    throw new LogRefused(
      `the log has ${size} entries, and has signed a head of ${last.size}: it was restored from an old copy. Put back a newer one. ${advice}`,
    );
  const then = foldRoot(await shelf.read(coveringNodes({ from: 0, to: last.size })));
  if (toHex(then) !== toHex(last.root))
    throw new LogRefused(
      `at size ${last.size} the log is another tree than the one whose head it signed: restore the right one. ${advice}`,
    );
}

function ownerOf({ treeId, logId }: LogIdentity): JournalOwner {
  return { treeId, logId };
}
