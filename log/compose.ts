import { emptyRoot } from '../merkle/hash.ts';
import { type TreeSize, logIndex, treeSize } from '../merkle/types.ts';
import type { LogStore, StoredFreeze, StoredHead } from '../storage/contract.ts';
import { Frozen } from './failures.ts';
import type { Faces } from './faces/faces.ts';
import { TransparencyLog } from './log.ts';
import type { OpenedLog, OpenParts } from './opening.ts';
import { proveConsistency } from './prove.ts';
import { type Published, Publisher } from './publisher.ts';
import { Rounds } from './rounds.ts';
import { Sequencer } from './sequencer.ts';
import type { TileShelf } from './tiles.ts';

export interface ComposeParts extends OpenParts {
  readonly shelf: TileShelf;
  readonly faces: Faces;
}

/** Puts a log together whose store and journal have been found in order. @param stored - the newest head */
export async function compose(
  parts: ComposeParts,
  stored: StoredHead | undefined,
): Promise<Pick<OpenedLog, 'log' | 'freeze'> & AsyncDisposable> {
  const { store, shelf, faces, clock, publication } = parts;
  const { mode, witnesses, patience } = publication;
  const freeze = await store.frozen();
  const newest = await faces.complete(stored ?? (await emptyHead(parts)));
  const awaits = mode === 'require' && witnesses?.suffice([]) === false;
  const rounds = witnesses && freeze === undefined ? roundsOf(parts, () => publisher) : undefined;
  const published = awaits ? await publishedHead(parts, newest, freeze) : await withCosignatures(store, newest, freeze);
  const publisher = new Publisher({ faces, store, mode, rounds, patience }, published);
  if (newest.size > 0) rounds?.want(newest);

  const newestEntry = newest.size === 0 ? undefined : await store.entry(logIndex(newest.size - 1));
  const last = { size: newest.size, time: newestEntry?.integratedTime ?? 0 };
  const offer = (head: StoredHead): void => publisher.offer(head);
  const sequencer = freeze === undefined ? new Sequencer({ ...parts, awaits, offer }, last) : undefined;
  const now = (): number => clock.now();
  const log = new TransparencyLog({
    faces,
    store,
    shelf,
    publisher,
    sequencer,
    frozenAt: freeze?.at,
    awaits,
    witnesses,
    now,
  });
  return {
    log,
    freeze: async (at) => {
      if (sequencer === undefined) throw new Frozen(`the log ${faces.shard.origin} is frozen already`);
      await sequencer.stop();
      const head = (await store.head()) ?? newest;
      await store.freeze({ at, signature: await faces.signEnd(head, at) });
    },
    [Symbol.asyncDispose]: async () => {
      await rounds?.[Symbol.asyncDispose]();
      await sequencer?.stop();
    },
  };
}

/** The head of a log without entries. Nothing is in it, so nobody has to vouch for it. */
async function emptyHead({ faces, clock }: ComposeParts): Promise<StoredHead> {
  const empty = { size: treeSize(0), root: emptyRoot() };
  return { ...empty, at: clock.now(), awaits: false, ...(await faces.sign(empty, [])) };
}

async function publishedHead(
  parts: ComposeParts,
  newest: StoredHead,
  freeze: StoredFreeze | undefined,
): Promise<Published> {
  const { store, faces } = parts;
  const size = await store.publishedSize();
  const head = size === undefined ? undefined : await store.headAt(size);
  if (head?.size === newest.size) return withCosignatures(store, newest, freeze);
  return withCosignatures(store, head ? await faces.complete(head) : await emptyHead(parts), undefined);
}

async function withCosignatures(
  store: LogStore,
  head: StoredHead,
  freeze: StoredFreeze | undefined,
): Promise<Published> {
  // The last note says that the log ended; witnesses have cosigned the one before, which did not.
  return { head, freeze, cosignatures: freeze ? [] : await store.cosignatures(head.size) };
}

function roundsOf(parts: ComposeParts, publisher: () => Publisher): Rounds | undefined {
  const { faces, shelf, fatal, publication } = parts;
  const { witnesses, times, now } = publication;
  if (witnesses === undefined) return undefined;
  const prove = (old: TreeSize, size: TreeSize) => proveConsistency(shelf, old, size);
  return new Rounds({
    faces,
    witnesses,
    times,
    prove,
    fatal,
    now,
    cosigned: (head, cosignatures, suffices) => publisher().cosigned(head, cosignatures, suffices),
  });
}
