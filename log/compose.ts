import { emptyRoot } from '../merkle/hash.ts';
import { type TreeSize, logIndex, treeSize } from '../merkle/types.ts';
import type { CosignatureReads, StoredCosignature } from '../storage/cosignatures.ts';
import type { StoredFreeze, StoredHead } from '../storage/heads.ts';
import { WitnessClaims } from './claims.ts';
import { Frozen, LogRefused, NotPublished } from './failures.ts';
import type { ShardSigner } from './signers/shard-signer.ts';
import { type LogParts, TransparencyLog } from './log.ts';
import type { OpenedLog, OpenParts } from './opening.ts';
import { UnacknowledgedEntries } from './unacknowledged-entries.ts';
import { proveConsistency } from './prove.ts';
import { type Published, Publisher } from './publisher.ts';
import { CosigningLoop } from './cosigning-loop.ts';
import type { Placer } from './placer.ts';
import { Sequencer } from './sequencer.ts';
import type { TileCache } from './tile-cache.ts';

export interface ComposeParts extends OpenParts {
  readonly tileCache: TileCache;
  readonly signer: ShardSigner;
  /** Gives places in another way than by a sequencer of this machine's alone, for a log that machines share. */
  readonly placing?: ((parts: PlacingParts) => Placer) | undefined;
}

export interface PlacingParts {
  /** Makes the sequencer of a machine that leads from now on. */
  readonly sequencer: () => Promise<Sequencer>;
  /** Shows a head that is committed and in the journal. */
  readonly show: (head: StoredHead) => void;
  /** Entries of the head that is shown. */
  readonly shown: () => number;
}

/** Puts a log together whose store and journal have been found in order. @param stored - the newest head */
export async function compose(
  parts: ComposeParts,
  stored: StoredHead | undefined,
): Promise<Pick<OpenedLog, 'log' | 'freeze' | 'publish'> & AsyncDisposable> {
  const { store, signer, publication } = parts;
  const freeze = await store.frozen();
  const newest = await signer.complete(stored ?? (await emptyHead(parts)));
  const awaitsCosignatures =
    freeze === undefined && publication.mode === 'require' && publication.witnesses?.meetsPolicy([]) === false;
  const size = (): number => placer?.size ?? newest.size;
  const claims = new WitnessClaims({ ...publication, store, size }, await store.claims());
  const cosigningLoop: CosigningLoop | undefined =
    freeze === undefined ? cosigningLoopOf(parts, claims, () => publisher) : undefined;
  const published = await publishedHead(parts, newest, freeze);
  const unacknowledged = new UnacknowledgedEntries(published.head.size, newest.size);
  const holds = (): boolean => claims.refusal() !== undefined;
  const { maxWaiting } = parts.limits;
  const publisher: Publisher = new Publisher(
    { ...publication, signer, store, cosigningLoop, maxWaiting, holds },
    published,
  );
  let ready: Promise<void> = Promise.resolve();
  const writing = { ...parts, awaitsCosignatures, publisher, claims, ready: () => ready };
  const sequencer = async (): Promise<Sequencer> => sequencerOf(writing, (await store.head()) ?? newest);
  const show = (head: StoredHead): void => publisher.committed(head);
  const shown = (): number => publisher.head.size;
  const placer =
    freeze === undefined ? (parts.placing?.({ sequencer, show, shown }) ?? (await sequencer())) : undefined;
  return {
    log: logOf({ ...parts, publisher, placer, awaitsCosignatures, unacknowledged }, freeze),
    publish: async () => {
      await placer?.begin();
      if (!awaitsCosignatures) await publisher.release(newest);
      if (newest.size === 0 || cosigningLoop === undefined) return;
      ready = cosigningLoop.asked;
      cosigningLoop.setTarget(newest, awaitsCosignatures ? await heardOf(store, newest, published) : []);
    },
    freeze: (at) => end({ ...parts, claims }, placer, newest, at),
    [Symbol.asyncDispose]: async () => {
      await cosigningLoop?.[Symbol.asyncDispose]();
      await placer?.stop();
    },
  };
}

async function sequencerOf(
  parts: ComposeParts & {
    readonly awaitsCosignatures: boolean;
    readonly publisher: Publisher;
    readonly claims: WitnessClaims;
    readonly ready: () => Promise<void>;
  },
  head: StoredHead,
): Promise<Sequencer> {
  const newest = head.size === 0 ? undefined : await parts.store.entry(logIndex(head.size - 1));
  const committed = (next: StoredHead): void => parts.publisher.committed(next);
  const withhold = (shown: number, reason: string): void => parts.publisher.withhold(shown, reason);
  const claimRefusal = (): string | undefined => parts.claims.refusal();
  return new Sequencer(
    { ...parts, now: parts.publication.now, committed, withhold, claimRefusal },
    { head, time: newest?.integratedTime ?? 0 },
  );
}

function logOf(
  parts: ComposeParts & Pick<LogParts, 'publisher' | 'placer' | 'awaitsCosignatures' | 'unacknowledged'>,
  freeze: StoredFreeze | undefined,
): TransparencyLog {
  const { publication } = parts;
  return new TransparencyLog({
    ...parts,
    frozenAt: freeze?.at,
    witnesses: publication.witnesses,
  });
}

/** @throws Frozen, NotPublished, LogRefused */
async function end(
  { store, journal, signer, clock, claims }: ComposeParts & { readonly claims: WitnessClaims },
  placer: Placer | undefined,
  newest: StoredHead,
  at: number,
): Promise<void> {
  const { origin } = signer.shard;
  if (placer === undefined) throw new Frozen(`the log ${origin} is frozen already`);
  // A log whose time is ahead, because an entry was once taken under a wrong clock, can end at that time.
  const refusal = claims.refusal() ?? clock.reasonUntrusted(newest.at > clock.now() ? 0 : newest.at);
  if (refusal !== undefined) throw new LogRefused(refusal);
  await placer.stop();
  const head = (await store.head()) ?? newest;
  if (head.size === 0) throw new LogRefused(`the log ${origin} has no entries yet: there is nothing to freeze`);
  if ((await store.publishedSize()) !== head.size)
    throw new NotPublished(
      `the log ${origin} holds entries that witnesses have not cosigned yet: let it run until they have`,
    );
  await store.freeze({ at, signature: await signer.signEnd(head, at) });
  await journal.end({ size: head.size, root: head.root, at }); // after: an end that is journalled and not stored blocks the log
}

/** Returns the signed head of a log without entries. It needs no cosignature, because it has no entry. */
async function emptyHead({ signer, clock }: ComposeParts): Promise<StoredHead> {
  const empty = { size: treeSize(0), root: emptyRoot() };
  return { ...empty, at: clock.now(), awaitsCosignatures: false, ...(await signer.sign(empty, [])) };
}

/** Reads the cosignatures of the newest head from before this start, if it is not published yet. */
async function heardOf(
  store: CosignatureReads,
  { size }: StoredHead,
  published: Published,
): Promise<readonly StoredCosignature[]> {
  return published.head.size < size ? store.cosignatures(size) : [];
}

/** Returns the head that was published last, which stays published. For a log that has ended it is the last one. */
async function publishedHead(
  parts: ComposeParts,
  newest: StoredHead,
  freeze: StoredFreeze | undefined,
): Promise<Published> {
  const { store, signer } = parts;
  if (freeze !== undefined) return withCosignatures(store, newest, freeze);
  const size = await store.publishedSize();
  const head = size === undefined ? undefined : await store.headAt(size);
  if (head?.size === newest.size) return withCosignatures(store, newest, undefined);
  return withCosignatures(store, head ? await signer.complete(head) : await emptyHead(parts), undefined);
}

export async function withCosignatures(
  store: Pick<CosignatureReads, 'cosignatures'>,
  head: StoredHead,
  freeze: StoredFreeze | undefined,
): Promise<Published> {
  // The last note says that the log ended; witnesses have cosigned the one before, which did not.
  return { head, freeze, cosignatures: freeze ? [] : await store.cosignatures(head.size) };
}

function cosigningLoopOf(
  parts: ComposeParts,
  claims: WitnessClaims,
  publisher: () => Publisher,
): CosigningLoop | undefined {
  const { signer, tileCache, fatal, publication } = parts;
  const { witnesses, times, now } = publication;
  if (witnesses === undefined) return undefined;
  const prove = (old: TreeSize, size: TreeSize) => proveConsistency(tileCache, old, size);
  return new CosigningLoop({
    signer,
    witnesses,
    times,
    prove,
    fatal,
    now,
    claimed: (claim) => claims.take(claim),
    cosigned: (head, cosignatures, suffices) => publisher().cosigned(head, cosignatures, suffices),
  });
}
