import type { VerifierKey } from '../checkpoint/key.ts';
import { treeSize } from '../merkle/types.ts';
import type { LogReads } from '../storage/contract.ts';
import type { SearchIndex } from '../storage/search.ts';
import { noLogIn } from '../storage/failures.ts';
import { withCosignatures } from './compose.ts';
import { LogRefused } from './failures.ts';
import { ShardSigner } from './signers/shard-signer.ts';
import type { OriginalNotes } from './signers/shard.ts';
import { TransparencyLog } from './log.ts';
import { locatingLongBodies, type LongBodies, withLongBodies } from './long-bodies.ts';
import { Publisher } from './publisher.ts';
import { UnacknowledgedEntries } from './unacknowledged-entries.ts';
import { loadLog } from './verify-log.ts';

export interface ReadOnlyParts {
  readonly store: LogReads & SearchIndex;
  /** The Ed25519 key behind a PEM, under the log's name. */
  readonly c2spKeyOf: (origin: string, pem: string) => VerifierKey;
  /** Names the folder, for a refusal. */
  readonly folder: string;
  /** Undefined for a log of one's own. */
  readonly imported?: ImportedParts | undefined;
}

/** The parts of an imported log that its store has not. */
export interface ImportedParts {
  readonly originals: ReadonlyMap<number, OriginalNotes>;
  readonly longBodies: LongBodies;
}

/**
 * Opens a log to be read at the head that was published last. Nothing is signed and nothing is written, so neither keys nor
 * a head journal are needed; the stored tree must have the root of the newest head all the same.
 *
 * @throws LogRefused
 */
export async function openReadOnlyLog(parts: ReadOnlyParts): Promise<TransparencyLog> {
  const { c2spKeyOf, folder, imported } = parts;
  const store = imported === undefined ? parts.store : withLong(parts.store, imported.longBodies);
  const identity = await store.identity();
  if (identity === undefined) throw new LogRefused(noLogIn(folder));
  const { origin, publicKeys } = identity;
  if (publicKeys === undefined)
    throw new LogRefused(
      `the public keys of ${origin} are not written down yet: start the log once where it may write`,
    );
  const { freeze, tileCache } = await loadLog(store);
  const size = await store.publishedSize();
  const head = size === undefined ? undefined : await store.headAt(size);
  if (head === undefined)
    throw new LogRefused(`${origin} has published no head: there is nothing to read in ${folder}`);
  const signer = new ShardSigner(
    { ...identity, publicKey: publicKeys.rekor, c2spKey: c2spKeyOf(origin, publicKeys.c2sp) },
    undefined,
    imported?.originals,
  );
  const published = await withCosignatures(store, head, freeze);
  const publisher = new Publisher(
    {
      signer,
      store: { cosignatures: (at) => store.cosignatures(at), cosign: refuse },
      holds: () => true,
      cosigningLoop: undefined,
      timeoutMs: 0,
      maxWaiting: 0,
    },
    published,
  );
  return new TransparencyLog({
    signer,
    store,
    longBodies: imported?.longBodies,
    tileCache,
    publisher,
    placer: undefined,
    frozenAt: freeze?.at,
    awaitsCosignatures: false,
    unacknowledged: new UnacknowledgedEntries(treeSize(head.size), treeSize(head.size)),
    witnesses: undefined,
  });
}

function withLong(store: ReadOnlyParts['store'], long: LongBodies): ReadOnlyParts['store'] {
  return { ...store, ...withLongBodies(store, long), ...locatingLongBodies(store, long) };
}

const refuse = async (): Promise<never> => {
  throw new Error('a log that was opened to be read is not written');
};
