import type { VerifiableShard } from '../../log/signers/head-verifier.ts';
import { LogRefused } from '../../log/failures.ts';
import { c2spKeyOf } from '../keys/keys.ts';
import { requireOwnLog } from './own-log.ts';
import { isUnopened, requireAsRecorded, type ShardFolder, shardFolders } from './shard-folders.ts';
import type { StoredFreeze } from '../../storage/heads.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import type { LogReading } from '../../storage/engine.ts';
import { noLogIn } from '../../storage/failures.ts';

/** A shard as it stands in its folder. */
export interface ReadShard extends ShardFolder {
  readonly reading: LogReading;
  readonly identity: LogIdentity;
  readonly frozen: StoredFreeze | undefined;
}

export interface ReadShards extends Disposable {
  /** Oldest first. A last one that nobody has opened yet is left out. */
  readonly all: readonly ReadShard[];
}

/** Opens all shards of a log to be read, beside the server or without it. @throws LogRefused, StoreRefused */
export async function openShards(data: string, heads: string): Promise<ReadShards> {
  requireOwnLog(data);
  using cleanup = new DisposableStack();
  const all: ReadShard[] = [];
  for (const place of shardFolders(data, heads)) {
    const reading = isUnopened(place) ? undefined : cleanup.use(place.engine.openReading(place.folder));
    const identity = await reading?.identity();
    requireAsRecorded(place, identity);
    if (reading && identity) all.push({ ...place, reading, identity, frozen: await reading.frozen() });
  }
  if (all.length === 0) throw new LogRefused(noLogIn(data));
  const parts = cleanup.move();
  return { all, [Symbol.dispose]: () => parts.dispose() };
}

/** Returns the shard's identity, for checking or showing what it has signed. @throws LogRefused */
export function shardOf(identity: LogIdentity): VerifiableShard {
  const { publicKeys, origin } = identity;
  if (publicKeys === undefined)
    throw new LogRefused(`the public keys of ${origin} are not written down yet: start the log once`);
  return {
    ...identity,
    publicKey: publicKeys.rekor,
    c2spPublicKey: publicKeys.c2sp,
    c2spKey: c2spKeyOf(origin, publicKeys.c2sp),
  };
}
