import { equalBytes, toHex } from '../base/bytes.ts';
import { emptyRoot, hashLeaf } from '../merkle/hash.ts';
import { type TreeHead, logIndex, treeSize } from '../merkle/types.ts';
import type { OpenStore } from '../storage/engine.ts';
import type { SequencedEntry } from '../storage/entries.ts';
import type { StoredHead } from '../storage/heads.ts';
import { DamagedRecord } from '../storage/records/record.ts';
import type { CommitStep, RecordedEntry, Step } from '../storage/records/step.ts';
import type { WitnessedHead } from '../storage/witness-state.ts';
import type { HeadVerifier } from './signers/head-verifier.ts';
import { loadTileCache } from './load-tile-cache.ts';
import type { TileCache } from './tile-cache.ts';

export interface FollowerParts {
  readonly store: OpenStore;
  readonly verifier: HeadVerifier;
  /** Keeps the genesis document. */
  readonly document: (text: string) => void;
}

/**
 * Takes the steps of a shared log into the local store, as the machine that led took them. It believes nothing: each tree is grown from its
 * bodies, and must have the root that was signed. Steps that the store has are passed over, so the same may be taken twice.
 */
export class Follower {
  readonly #parts: FollowerParts;
  readonly tileCache: TileCache;
  #head: TreeHead;
  #isFrozen: boolean;
  readonly #witnessed: Map<string, number>;
  /** Shows a head that is committed. Undefined while the log is being opened: what it has is shown then. */
  shows: ((head: StoredHead) => Promise<void>) | undefined;

  private constructor(
    parts: FollowerParts,
    tileCache: TileCache,
    head: TreeHead,
    isFrozen: boolean,
    witnessed: Map<string, number>,
  ) {
    [this.#parts, this.tileCache, this.#head] = [parts, tileCache, head];
    [this.#isFrozen, this.#witnessed] = [isFrozen, witnessed];
  }

  /** @throws LogRefused unless the stored tree has the root that was signed */
  static async open(parts: FollowerParts): Promise<Follower> {
    const { store } = parts;
    const head = await store.head();
    const tileCache = await loadTileCache(store, head?.size ?? treeSize(0), head);
    const witnessed = new Map((await store.witnessed()).map(({ origin, size }) => [origin, size]));
    const isFrozen = (await store.frozen()) !== undefined;
    return new Follower(parts, tileCache, head ?? { size: treeSize(0), root: emptyRoot() }, isFrozen, witnessed);
  }

  /** The newest head in the store, as far as this follower wrote it. */
  get head(): TreeHead {
    return this.#head;
  }

  /** @throws DamagedRecord for a step that does not follow from those before it, and then nothing of it was written */
  async take(step: Step): Promise<void> {
    const { store, document } = this.#parts;
    switch (step.op) {
      case 'create':
      case 'lead':
        return;
      case 'document':
        return document(step.text);
      case 'commit':
        return this.#commit(step);
      case 'cosign':
        return store.cosign(step.cosignatures, step.published);
      case 'claim':
        return store.keepClaim(step.claim);
      case 'witness':
        return this.#witness(step.head);
      case 'freeze':
        if (!this.#isFrozen) await store.freeze(step.freeze);
        this.#isFrozen = true;
    }
  }

  async #commit(step: CommitStep): Promise<void> {
    const { size, root } = step.head;
    if (size > this.#head.size) return this.#append(step);
    const there = size === this.#head.size ? this.#head : await this.#parts.store.headAt(size);
    if (there === undefined || !equalBytes(there.root, root))
      throw new DamagedRecord(
        `the shared log is another tree at ${size} entries than the one in the data folder: a fork`,
      );
  }

  async #append({ entries, head }: CommitStep): Promise<void> {
    const { store, verifier } = this.#parts;
    const after = this.#head;
    const sequenced = entries.map((entry, i) => asSequenced(entry, after.size + i));
    const grown = await this.tileCache.grow(
      after.size,
      sequenced.map(({ leafHash }) => leafHash),
    );
    const { size, root } = grown.head;
    if (size !== head.size || !equalBytes(root, head.root))
      throw new DamagedRecord(
        `the first ${size} entries of the shared log have the root ${toHex(root)}, and ${toHex(head.root)} of ${head.size} was signed`,
      );
    requireSigned(verifier, head);
    await store.commit({ after, entries: sequenced, tiles: grown.tiles, head });
    this.tileCache.markCommitted(grown.tiles);
    this.#head = grown.head;
    await this.shows?.(head);
  }

  async #witness(head: WitnessedHead): Promise<void> {
    const known = this.#witnessed.get(head.origin);
    if (known !== undefined && known >= head.size) return;
    await this.#parts.store.witness(head, known);
    this.#witnessed.set(head.origin, head.size);
  }
}

/** @throws DamagedRecord */
function requireSigned(verifier: HeadVerifier, head: StoredHead): void {
  try {
    verifier.requireSigned(head);
  } catch (error) {
    throw new DamagedRecord(`the shared log: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function asSequenced({ searchKeys, ...entry }: RecordedEntry, index: number): SequencedEntry {
  return { ...entry, index: logIndex(index), leafHash: hashLeaf(entry.body), searchKeys: { packed: searchKeys } };
}
