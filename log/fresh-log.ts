import type { AdmittedEntry } from '../entries/kind.ts';
import type { TileId } from '../merkle/tile.ts';
import type { LeafHash, Proof, TreeSize } from '../merkle/types.ts';
import type { EntryBundle } from '../storage/entries.ts';
import type { StoreFigures } from '../storage/figures.ts';
import type { WitnessReport } from '../witness/contract.ts';
import type { LogFigures } from './figures.ts';
import { SizeNotReached } from './failures.ts';
import type { Shard, SignedHead } from './signers/shard.ts';
import type { AddResult, Log, ProvenEntry, SearchPage, SearchQuestion, StepListener } from './types.ts';

/**
 * A log of which this machine has a copy that may be a moment behind. What it has it answers by itself; before it says that something is not
 * there, it asks whether the shared log has more. So an entry that any machine has acknowledged is found on each.
 */
export class FreshLog implements Log {
  readonly shard: Shard;
  readonly frozenAt: number | undefined;
  readonly isClosed: boolean;
  readonly #log: Log;
  readonly #ask: () => Promise<void>;

  /** @param ask - resolves once this machine shows all that the shared log had when it was called */
  constructor(log: Log, ask: () => Promise<void>) {
    [this.#log, this.#ask] = [log, ask];
    [this.shard, this.frozenAt, this.isClosed] = [log.shard, log.frozenAt, log.isClosed];
  }

  /** Reads, and once more if nothing was found and there is more to read. */
  async #fresh<T>(read: () => Promise<T>, isMissing: (found: T) => boolean): Promise<T> {
    const { size } = this.head();
    const found = await read();
    return isMissing(found) && (await this.#hasGrown(size)) ? read() : found;
  }

  /** Whether there is more than the first read was made from, now that this machine has all. */
  async #hasGrown(size: number): Promise<boolean> {
    await this.#ask();
    return this.head().size > size;
  }

  byIndex(virtualIndex: number): Promise<ProvenEntry | undefined> {
    return this.#fresh(() => this.#log.byIndex(virtualIndex), isUndefined);
  }

  byLeaf(leaf: LeafHash, gone?: AbortSignal): Promise<ProvenEntry | undefined> {
    return this.#fresh(() => this.#log.byLeaf(leaf, gone), isUndefined);
  }

  find(question: SearchQuestion, after: number | undefined, limit: number, gone?: AbortSignal): Promise<SearchPage> {
    const isEmpty = ({ hits, next }: SearchPage): boolean => hits.length === 0 && next === undefined;
    return this.#fresh(() => this.#log.find(question, after, limit, gone), isEmpty);
  }

  async consistency(old: TreeSize, size: TreeSize): Promise<Proof> {
    const before = this.head().size;
    try {
      return await this.#log.consistency(old, size);
    } catch (error) {
      if (!(error instanceof SizeNotReached) || !(await this.#hasGrown(before))) throw error;
      return this.#log.consistency(old, size);
    }
  }

  tile(id: TileId, width: number): Promise<Uint8Array | undefined> {
    return this.#fresh(() => this.#log.tile(id, width), isUndefined);
  }

  bundle(number: number, width: number): Promise<EntryBundle | undefined> {
    return this.#fresh(() => this.#log.bundle(number, width), isUndefined);
  }

  head(): SignedHead {
    return this.#log.head();
  }

  heads(below: number, limit: number): Promise<readonly SignedHead[]> {
    return this.#log.heads(below, limit);
  }

  refusal(): string | undefined {
    return this.#log.refusal();
  }

  figures(): LogFigures | undefined {
    return this.#log.figures();
  }

  storeFigures(): Promise<StoreFigures | undefined> {
    return this.#log.storeFigures();
  }

  witnesses(): readonly WitnessReport[] {
    return this.#log.witnesses();
  }

  add(entry: AdmittedEntry, steps?: StepListener): Promise<AddResult> {
    return this.#log.add(entry, steps);
  }

  addAnew(entry: AdmittedEntry, steps?: StepListener): Promise<ProvenEntry> {
    return this.#log.addAnew(entry, steps);
  }

  heartbeat(): Promise<void> {
    return this.#log.heartbeat();
  }
}

const isUndefined = (found: unknown): boolean => found === undefined;
