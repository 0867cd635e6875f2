import type { LogIdentity } from '../storage/identity.ts';
import { LogRefused } from './failures.ts';
import { compose } from './compose.ts';
import { ShardSigner } from './signers/shard-signer.ts';
import { holdJournal } from './journal-check.ts';
import type { LogKeys, OpenedLog, OpenParts } from './opening.ts';
import type { Shard } from './signers/shard.ts';
import { loadLog, verifyLog } from './verify-log.ts';

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
  const { stored, freeze, tileCache } = found ? await verifyLog(parts, found) : await loadLog(store);
  await holdJournal({ store, journal, identity, stored, freeze });
  const publicKeys = identity.publicKeys ?? (await keepKeys(parts));
  const shard: Shard = {
    ...identity,
    publicKey: publicKeys.rekor,
    c2spKey: parts.c2spKeyOf(identity.origin, publicKeys.c2sp),
  };
  const signer = new ShardSigner(shard, parts.keys?.signers);
  const log = await compose({ ...parts, tileCache, signer }, stored);
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
  const reason = clock.reasonUntrusted(0);
  if (reason !== undefined) throw new LogRefused(`no log begins now: ${reason}`);
  const publicKeys = keys?.publicKeys;
  const identity = { treeId: newTreeId(), ...expected, publicKeys, offset, created: clock.now() };
  await journal.begin({ treeId: identity.treeId, logId: identity.logId }, undefined); // first: a log without a journal would never start again
  await store.create(identity);
  return identity;
}
