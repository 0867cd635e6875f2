import { treeSize } from '../merkle/types.ts';
import type { LogIdentity } from '../storage/contract.ts';
import { LogRefused } from './failures.ts';
import { compose } from './compose.ts';
import { Faces } from './faces/faces.ts';
import { holdJournal, type JournalCheck, journalFault } from './journal-check.ts';
import type { Expected, LogKeys, OpenedLog, OpenParts } from './opening.ts';
import { loadShelf } from './load-shelf.ts';
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
  const [stored, freeze] = [await store.head(), await store.frozen()];
  const size = stored?.size ?? treeSize(0);
  const shelf = await loadShelf(store, size, stored);
  if (found) {
    checkIdentity(found, parts.expected);
    checkOffset(found, parts.offset ?? 0);
    await checkJournal(parts, { store, journal, identity, shelf, stored, freeze });
  }
  await holdJournal({ store, journal, identity, stored, freeze });
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
  const damage = journal.damage();
  if (damage !== undefined) throw new LogRefused(`${damage}, and the data folder is empty: put both back`);
  if (journal.last() !== undefined) {
    throw new LogRefused(
      `the head journal holds heads of log ${journal.owner()?.treeId}, and the data folder is empty: give back that log's data, or begin a new log in another folder`,
    );
  }
  const doubt = clock.doubt(0);
  if (doubt !== undefined) throw new LogRefused(`no log begins now: ${doubt}`);
  const publicKeys = keys?.publicKeys;
  const identity = { treeId: newTreeId(), ...expected, publicKeys, offset, created: clock.now() };
  await journal.begin({ treeId: identity.treeId, logId: identity.logId }, undefined); // first: a log without a journal would never start again
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

/** @throws LogRefused */
async function checkJournal({ recoverCommand }: OpenParts, check: JournalCheck): Promise<void> {
  const fault = await journalFault(check);
  if (fault === undefined) return;
  const advice = fault.contradicts
    ? `If there is none, this says what can be done: ${recoverCommand}`
    : `If you know that no later head was ever shown to anyone, run: ${recoverCommand}`;
  throw new LogRefused(`${fault.reason}. ${advice}`);
}
