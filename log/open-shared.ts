import { compose, type PlacingParts } from './compose.ts';
import { LogRefused } from './failures.ts';
import type { Follower } from './follow.ts';
import { forkFault, holdJournal } from './journal-check.ts';
import type { OpenedLog, OpenParts } from './opening.ts';
import type { Placer } from './placer.ts';
import { ShardSigner } from './signers/shard-signer.ts';
import type { Shard } from './signers/shard.ts';
import { checkIdentity } from './verify-log.ts';

export interface OpenSharedParts extends OpenParts {
  readonly placing: (parts: PlacingParts) => Placer;
}

/**
 * Opens this machine's copy of a log that machines share, once it has all that the list had. The list tells what was signed; the journal of
 * this machine tells what it has shown, and that must be in the list. A machine that has none yet begins one.
 *
 * @throws LogRefused
 */
export async function openSharedLog(parts: OpenSharedParts, { tileCache }: Follower): Promise<OpenedLog> {
  const { store, journal, expected } = parts;
  const identity = await store.identity();
  if (identity?.publicKeys === undefined) throw new LogRefused('the shared log has no identity with its public keys');
  checkIdentity(identity, expected);
  const [stored, freeze] = [await store.head(), await store.frozen()];
  const fault = await forkFault({ store, journal, identity, tileCache, stored, freeze });
  if (fault !== undefined) throw new LogRefused(fault.reason);
  await holdJournal({ store, journal, identity, stored, freeze });
  const { rekor, c2sp } = identity.publicKeys;
  const shard: Shard = { ...identity, publicKey: rekor, c2spKey: parts.c2spKeyOf(identity.origin, c2sp) };
  const signer = new ShardSigner(shard, parts.keys?.signers);
  const log = await compose({ ...parts, tileCache, signer }, stored);
  return { ...log, identity, created: false };
}
