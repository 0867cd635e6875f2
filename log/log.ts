import { toHex } from '../base/bytes.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import { type LeafHash, type LogIndex, type Proof, type TreeSize, logIndex } from '../merkle/types.ts';
import { hashLeaf } from '../merkle/hash.ts';
import type { LogStore, StoredEntry } from '../storage/contract.ts';
import { SizeNotReached, SizesReversed } from './failures.ts';
import { InclusionProver, proveConsistency } from './prove.ts';
import { search } from './search.ts';
import type { Sequencer } from './sequencer.ts';
import type { TileShelf } from './tiles.ts';
import type { AddedEntry, Log, ProvenEntry, SearchPage, SearchQuestion, Shard, SignedHead } from './types.ts';

export interface LogParts {
  readonly shard: Shard;
  readonly store: LogStore;
  readonly shelf: TileShelf;
  readonly sequencer: Sequencer;
  /** Seconds since the Unix epoch. */
  readonly now: () => number;
}

/** One shard that grows. Reads are made from the head that was released last, whatever has been committed since. */
export class TransparencyLog implements Log {
  readonly shard: Shard;
  readonly #parts: LogParts;
  readonly #prover: InclusionProver;
  /** Entries on their way, by leaf hash, so that one that is sent twice becomes one leaf. */
  readonly #adding = new Map<string, Promise<AddedEntry>>();

  constructor(parts: LogParts) {
    this.shard = parts.shard;
    this.#parts = parts;
    this.#prover = new InclusionProver(parts.shelf);
  }

  head(): SignedHead {
    return this.#parts.sequencer.head;
  }

  refusal(): string | undefined {
    return this.#parts.sequencer.refusal();
  }

  async add(entry: AdmittedEntry): Promise<AddedEntry> {
    const name = toHex(entry.leafHash);
    const other = this.#adding.get(name);
    if (other) return { ...(await other), duplicate: true };
    const adding = this.#addOrFind(entry);
    this.#adding.set(name, adding);
    try {
      return await adding;
    } finally {
      this.#adding.delete(name);
    }
  }

  async #addOrFind(entry: AdmittedEntry): Promise<AddedEntry> {
    const { store, sequencer } = this.#parts;
    const known = await store.locate(entry.leafHash);
    if (known !== undefined) {
      const found = await this.#read(known, this.head());
      if (found) return { entry: found, duplicate: true };
      throw new Error(`entry ${known} is in the index and not in the log`);
    }
    const placed = await sequencer.place(entry);
    return { entry: await this.#prove(placed.entry, entry.leafHash, placed.head), duplicate: false };
  }

  byIndex(virtualIndex: number): Promise<ProvenEntry | undefined> {
    const index = virtualIndex - this.shard.offset;
    if (!Number.isSafeInteger(index) || index < 0) return Promise.resolve(undefined);
    return this.#read(logIndex(index), this.head());
  }

  async byLeaf(leaf: LeafHash): Promise<ProvenEntry | undefined> {
    const index = await this.#parts.store.locate(leaf);
    return index === undefined ? undefined : this.#read(index, this.head());
  }

  find(question: SearchQuestion, after: number | undefined, limit: number): Promise<SearchPage> {
    const { store, shelf, shard } = this.#parts;
    return search({ store, shelf, offset: shard.offset, size: this.head().size }, question, after, limit);
  }

  async consistency(old: TreeSize, size: TreeSize): Promise<Proof> {
    const head = this.head();
    if (old > size) throw new SizesReversed(`firstSize(${old}) must be less than lastSize(${size})`);
    if (size > head.size) throw new SizeNotReached(beyond(size, head.size));
    return proveConsistency(this.#parts.shelf, old, size);
  }

  heartbeat(): Promise<void> {
    return this.#parts.store.heartbeat(this.#parts.now());
  }

  async #read(index: LogIndex, head: SignedHead): Promise<ProvenEntry | undefined> {
    if (index >= head.size) return undefined;
    const entry = await this.#parts.store.entry(index);
    if (entry === undefined) throw new Error(`entry ${index} is missing from a log of ${head.size}`);
    return this.#prove(entry, hashLeaf(entry.body), head);
  }

  async #prove(entry: StoredEntry, leafHash: LeafHash, head: SignedHead): Promise<ProvenEntry> {
    const proof = await this.#prover.prove(entry.index, leafHash, head.size);
    return { ...entry, virtualIndex: this.shard.offset + entry.index, leafHash, head, proof };
  }
}

function beyond(size: number, current: number): string {
  return `the tree size requested(${size}) was greater than what is currently observable(${current})`;
}
