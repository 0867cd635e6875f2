import { clockOf } from '../../../host/clock/clock.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { shardOf } from '../../../host/shards/read-shards.ts';
import { publicationOf } from '../../../host/witness/publication.ts';
import { LogRefused } from '../../../log/failures.ts';
import { loadTileCache } from '../../../log/load-tile-cache.ts';
import { proveConsistency } from '../../../log/prove.ts';
import { ShardSigner } from '../../../log/signers/shard-signer.ts';
import type { StoredHead } from '../../../storage/heads.ts';
import type { WitnessClaim } from '../../../storage/cosignatures.ts';
import type { WitnessReport, Witnesses } from '../../../witness/contract.ts';
import type { HeldShard } from './shard.ts';

/**
 * Asks all witnesses of the policy to cosign the newest head of the log: none does that has cosigned a larger one, or another
 * tree. That tells of every head that was shown only where no head was shown without witnesses.
 *
 * @returns the size that all of them vouch for
 * @throws LogRefused unless all of them do
 */
export async function requireWitnessesAgree(settings: Settings, shards: readonly HeldShard[]): Promise<number> {
  const shard = shards.at(-1);
  const { witness, witnessPolicy } = settings;
  if (witness !== 'require' || witnessPolicy === undefined)
    throw new LogRefused(
      '--ask-witnesses needs --witness require and --witness-policy: a log that showed heads without witnesses may have shown larger ones',
    );
  if (shard?.head === undefined) throw new LogRefused('the log has no head that witnesses could be asked about');
  const claims: WitnessClaim[] = [];
  const reports = await answersOf(await witnessesOf(settings, shard), shard, shard.head, claims);
  const [claim] = claims;
  if (claim !== undefined)
    throw new LogRefused(
      `the witness ${claim.witness} has cosigned ${claim.size} entries${claim.says === 'more' ? '' : ' of another tree'}, and the log has ${shard.head.size}: it must not sign under its keys again. Look for a newer backup`,
    );
  const silent = reports.find(({ state, size }) => state !== 'ok' || size !== shard.head?.size);
  if (silent !== undefined)
    throw new LogRefused(`the witness ${silent.name} vouches for nothing (${silent.state}): all of them have to`);
  return shard.head.size;
}

/** As if they were not required: then none is left alone once the others meet the policy. */
async function witnessesOf(settings: Settings, { store }: HeldShard): Promise<Witnesses> {
  const voices = { tell: () => undefined, alarm: () => undefined };
  const { witnesses } = await publicationOf({ ...settings, witness: 'prefer' }, clockOf(settings), voices)(store);
  if (witnesses === undefined) throw new Error('a policy without witnesses');
  return witnesses;
}

async function answersOf(
  witnesses: Witnesses,
  { store, identity }: HeldShard,
  head: StoredHead,
  claims: WitnessClaim[],
): Promise<readonly WitnessReport[]> {
  const note = new ShardSigner(shardOf(identity), undefined).uncosigned(head);
  if (note === undefined) throw new LogRefused('the newest head has no signature that witnesses could check');
  const tileCache = await loadTileCache(store, head.size, head);
  const candidate = {
    ...head,
    note,
    newest: () => head.size,
    prove: (old: StoredHead['size']) => proveConsistency(tileCache, old, head.size),
  };
  const listener = { given: () => undefined, claimed: (claim: WitnessClaim) => void claims.push(claim) };
  await witnesses.ask(candidate, listener, new AbortController().signal);
  return witnesses.report();
}
