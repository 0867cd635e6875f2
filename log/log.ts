import { toHex } from '../base/bytes.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import { TILE_WIDTH, type TileId, tileWidth } from '../merkle/tile.ts';
import { type LeafHash, type LogIndex, type Proof, type TreeSize, logIndex } from '../merkle/types.ts';
import { hashLeaf } from '../merkle/hash.ts';
import type { CosignatureReads } from '../storage/cosignatures.ts';
import type { EntryBundle, EntryReads, StoredEntry } from '../storage/entries.ts';
import type { HeadReads } from '../storage/heads.ts';
import type { SearchIndex } from '../storage/search.ts';
import type { StoreFigures } from '../storage/figures.ts';
import { DamagedStore } from '../storage/failures.ts';
import type { Witnesses, WitnessReport } from '../witness/contract.ts';
import type { LogFigures } from './figures.ts';
import { Frozen, NotPublished, SizeNotReached, SizesReversed } from './failures.ts';
import type { ShardSigner } from './signers/shard-signer.ts';
import type { UnacknowledgedEntries } from './unacknowledged-entries.ts';
import type { PlaceOptions, Placer } from './placer.ts';
import { InclusionProver, proveConsistency } from './prove.ts';
import type { LongBodies } from './long-bodies.ts';
import type { Publisher } from './publisher.ts';
import { search } from './search.ts';
import type { TileCache } from './tile-cache.ts';
import { ownTurn } from './turns.ts';
import type { AddResult, Log, ProvenEntry, SearchPage, SearchQuestion, StepListener } from './types.ts';
import type { Shard, SignedHead } from './signers/shard.ts';

export interface LogParts {
  readonly signer: ShardSigner;
  readonly store: EntryReads & SearchIndex & Pick<HeadReads, 'heads'> & Pick<CosignatureReads, 'cosignatures'>;
  readonly longBodies?: LongBodies | undefined;
  readonly tileCache: TileCache;
  readonly publisher: Publisher;
  /** Undefined for a shard that has ended, or is only read. */
  readonly placer: Placer | undefined;
  readonly frozenAt: number | undefined;
  /** Whether heads are published only once witnesses have cosigned them. */
  readonly awaitsCosignatures: boolean;
  readonly unacknowledged: UnacknowledgedEntries;
  readonly witnesses: Witnesses | undefined;
}

const BYTES = 32; // in a hash

/** One shard. Reads are made from the head that was published last, whatever has been committed since. */
export class TransparencyLog implements Log {
  readonly shard: Shard;
  readonly frozenAt: number | undefined;
  readonly isClosed: boolean;
  readonly #parts: LogParts;
  readonly #prover: InclusionProver;
  readonly #counts = { calls: 0, duplicates: 0 };
  /** Entries on their way, by leaf hash, so that one that is sent twice becomes one leaf. */
  readonly #adding = new Map<string, Promise<AddResult>>();

  constructor(parts: LogParts) {
    this.shard = parts.signer.shard;
    this.frozenAt = parts.frozenAt;
    this.isClosed = parts.placer === undefined;
    this.#parts = parts;
    this.#prover = new InclusionProver(parts.tileCache);
  }

  head(): SignedHead {
    return this.#parts.publisher.head;
  }

  refusal(): string | undefined {
    const { placer } = this.#parts;
    if (placer !== undefined) return placer.refusal();
    return this.frozenAt === undefined ? 'this server only reads' : 'the log is frozen';
  }

  witnesses(): readonly WitnessReport[] {
    return this.#parts.witnesses?.report() ?? [];
  }

  figures(): LogFigures | undefined {
    const { placer, witnesses } = this.#parts;
    if (placer === undefined) return undefined;
    const { entries: waiting, bytes: waitingBytes } = placer.waiting;
    const { figures: growth, size: committed, journalled } = placer;
    const added = { ...this.#counts, entries: growth.batches.sum };
    return {
      growth,
      waiting,
      waitingBytes,
      added,
      committed,
      journalled,
      refusals: placer.refusals(),
      witnesses: witnesses?.figures() ?? [],
    };
  }

  async storeFigures(): Promise<StoreFigures | undefined> {
    return this.#parts.placer?.storeFigures();
  }

  async add(entry: AdmittedEntry, steps?: StepListener): Promise<AddResult> {
    this.#counts.calls += 1;
    const added = await this.#addOnce(entry, steps);
    if (added.duplicate) this.#counts.duplicates += 1;
    return added;
  }

  async addAnew(entry: AdmittedEntry, steps?: StepListener): Promise<ProvenEntry> {
    this.#counts.calls += 1;
    const { store, placer } = this.#parts;
    if (placer === undefined) throw new Frozen(`${this.shard.origin} takes no entries`);
    await store.findDuplicate(entry.leafHash); // as long as an answer to `add` takes
    return (await this.#place(entry, placer, { steps, isAnew: true })).entry;
  }

  async #addOnce(entry: AdmittedEntry, steps: StepListener | undefined): Promise<AddResult> {
    const name = toHex(entry.leafHash);
    const other = this.#adding.get(name);
    if (other) return this.#repeat(await other);
    const adding = this.#addOrFind(entry, steps);
    this.#adding.set(name, adding);
    try {
      return await adding;
    } finally {
      this.#adding.delete(name);
    }
  }

  /** As `add`, but resolves once the entry is durable, whether it is published or not. */
  async addFirst(entry: AdmittedEntry): Promise<void> {
    await this.#parts.placer?.place(entry);
  }

  /**
   * Answers a second request for an entry that is being added: it is a duplicate, unless this sender too has to wait
   * for cosignatures.
   */
  #repeat({ entry, duplicate }: AddResult): AddResult {
    return { entry, duplicate: duplicate || !this.#parts.awaitsCosignatures };
  }

  async #addOrFind(entry: AdmittedEntry, steps: StepListener | undefined): Promise<AddResult> {
    const { store, placer } = this.#parts;
    if (placer === undefined) throw new Frozen(`${this.shard.origin} takes no entries`);
    const known = await store.findDuplicate(entry.leafHash);
    if (known !== undefined) return this.#addAgain(known);
    return this.#place(entry, placer, { steps });
  }

  async #place(entry: AdmittedEntry, placer: Placer, options: PlaceOptions): Promise<AddResult> {
    const { steps } = options;
    this.#parts.publisher.requireRoom();
    const { isDuplicate: duplicate = false, ...placed } = await placer.place(entry, options);
    steps?.done('journal');
    const head = await this.#shown(placed.index);
    const proven = await this.#prove(placed, entry.leafHash, head);
    steps?.done('publish');
    return { entry: proven, duplicate };
  }

  /**
   * Answers a request for an entry that is stored. An entry whose sender got no answer is new, and no duplicate, when
   * it is sent again.
   */
  async #addAgain(index: LogIndex): Promise<AddResult> {
    const { publisher, unacknowledged } = this.#parts;
    const wasShown = index < this.head().size;
    if (!wasShown) publisher.requireRoom();
    const found = await this.#read(index, await this.#shown(index));
    const duplicate = !unacknowledged.acknowledge(index) && wasShown;
    if (found === undefined) throw new DamagedStore(`entry ${index} is in the index and not in the log`);
    return { entry: found, duplicate };
  }

  /**
   * Returns the published head for the answer about a stored entry. @throws NotPublished, and then records the entry as
   * unacknowledged
   */
  async #shown(index: LogIndex): Promise<SignedHead> {
    const { publisher, unacknowledged } = this.#parts;
    try {
      return await publisher.waitForSize(index + 1);
    } catch (error) {
      if (error instanceof NotPublished) unacknowledged.add(index);
      throw error;
    }
  }

  byIndex(virtualIndex: number): Promise<ProvenEntry | undefined> {
    const index = virtualIndex - this.shard.offset;
    if (!Number.isSafeInteger(index) || index < 0) return Promise.resolve(undefined);
    return this.#read(logIndex(index), this.head());
  }

  async byLeaf(leaf: LeafHash, gone?: AbortSignal): Promise<ProvenEntry | undefined> {
    const index = await this.#parts.store.locate(leaf, () => ownTurn(gone));
    return index === undefined ? undefined : this.#read(index, this.head());
  }

  find(question: SearchQuestion, after: number | undefined, limit: number, gone?: AbortSignal): Promise<SearchPage> {
    const { store, tileCache } = this.#parts;
    const ground = { store, tileCache, shard: this.shard, size: this.head().size };
    return search(ground, { question, after, limit, gone });
  }

  async consistency(old: TreeSize, size: TreeSize): Promise<Proof> {
    const head = this.head();
    if (old > size) throw new SizesReversed(`firstSize(${old}) must be less than lastSize(${size})`);
    if (size > head.size) throw new SizeNotReached(beyond(size, head.size));
    return proveConsistency(this.#parts.tileCache, old, size);
  }

  async tile(id: TileId, width: number): Promise<Uint8Array | undefined> {
    if (width > tileWidth(id, this.head().size)) return undefined;
    return (await this.#parts.tileCache.tile(id)).subarray(0, width * BYTES);
  }

  async bundle(number: number, width: number): Promise<EntryBundle | undefined> {
    const [first, end] = [number * TILE_WIDTH, number * TILE_WIDTH + width];
    if (end > this.head().size || this.#parts.longBodies?.areIn(first, end) === true) return undefined;
    return this.#parts.store.bundle(number, width);
  }

  async heads(below: number, limit: number): Promise<readonly SignedHead[]> {
    const { store, signer } = this.#parts;
    const stored = await store.heads(Math.min(below, this.head().size + 1), limit);
    return Promise.all(stored.map(async (head) => signer.show(head, await store.cosignatures(head.size))));
  }

  heartbeat(): Promise<void> {
    const { placer } = this.#parts;
    if (placer === undefined) return Promise.reject(new Error('a log that takes no entries writes nothing'));
    return placer.heartbeat();
  }

  async #read(index: LogIndex, head: SignedHead): Promise<ProvenEntry | undefined> {
    if (index >= head.size) return undefined;
    const entry = await this.#parts.store.entry(index);
    if (entry === undefined) throw new DamagedStore(`entry ${index} is missing from a log of ${head.size}`);
    return this.#prove(entry, hashLeaf(entry.body), head);
  }

  async #prove(entry: StoredEntry, leafHash: LeafHash, head: SignedHead): Promise<ProvenEntry> {
    const proof = await this.#prover.prove(entry.index, leafHash, head.size);
    const { shard } = this;
    return { ...entry, shard, virtualIndex: shard.offset + entry.index, leafHash, head, proof };
  }
}

function beyond(size: number, current: number): string {
  return `the tree size requested(${size}) was greater than what is currently observable(${current})`;
}
