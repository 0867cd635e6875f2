import { hash } from 'node:crypto';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { TreeEdge } from '../../merkle/tree-edge.ts';
import type { StoredHead } from '../../storage/heads.ts';
import { DamagedStore } from '../../storage/failures.ts';
import type { HistoryReads, ScannedEntry } from '../../storage/history.ts';
import { type Copied, copiedAfter } from '../../storage/records/copied.ts';
import type { RecordedEntry, Step } from '../../storage/records/step.ts';
import { weightOf } from '../../storage/records/step-codec.ts';
import { BackupRefused } from './failures.ts';
import { edgeOf } from './grown-on.ts';
import { LateRows } from './late-rows.ts';

export interface CollectorParts {
  readonly reads: HistoryReads;
  /** The genesis document; undefined where there is none. */
  readonly document: () => string | undefined;
  /** How far the copy has come. */
  readonly copied: Copied;
}

/** Steps that are given out together, and the state behind them. */
export interface Collected {
  readonly steps: readonly Step[];
  readonly copied: Copied;
}

/** Bytes of steps that are given out together, about, unless one commit has more. */
const CHUNK_BYTES = 1024 * 1024;
/** Heads that are read at a time. */
const PAGE = 256;

/**
 * Collects what a log has beyond a copy of it, beside the process that writes the log. Every body is hashed on the way and each
 * root compared with the one that was signed: what is damaged gets into no copy.
 */
export class LogCollector {
  readonly #parts: CollectorParts;
  #copied: Copied;
  #edge: TreeEdge | undefined;
  readonly #rows: LateRows;
  #chunk: Step[] = [];
  #weight = 0;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
    this.#copied = parts.copied;
    this.#rows = new LateRows(parts.reads);
  }

  /** How far the copy comes with all that was collected. */
  get copied(): Copied {
    return this.#copied;
  }

  /** Collects all that is new. @throws BackupRefused for a log that is not the one of the copy; DamagedStore */
  async *collect(): AsyncGenerator<Collected, undefined> {
    const { reads } = this.#parts;
    const freeze = await reads.frozen(); // before the heads: no head comes behind it
    const isFirst = this.#edge === undefined;
    if (isFirst) await this.#begin();
    if (this.#copied.identity === undefined) return undefined;
    yield* this.#document();
    yield* this.#commits();
    yield* this.#publications();
    yield* this.#late(isFirst);
    if (freeze && !this.#copied.frozen) yield* this.#add({ op: 'freeze', freeze });
    if (this.#chunk.length > 0) yield this.#take();
    return undefined;
  }

  async #begin(): Promise<void> {
    const { reads, copied } = this.#parts;
    const identity = await reads.identity();
    if (identity === undefined) return;
    const { origin, publicKeys } = identity;
    if (publicKeys === undefined)
      throw new BackupRefused(`the public keys of ${origin} are not written down yet: start the log once`);
    if (copied.identity === undefined) {
      this.#edge = new TreeEdge();
      this.#push({ op: 'create', identity });
    } else this.#edge = await edgeOf(reads, { ...copied, identity: copied.identity });
  }

  *#document(): Generator<Collected> {
    if (this.#copied.hasDocument) return;
    const text = this.#parts.document();
    if (text !== undefined) yield* this.#add({ op: 'document', text });
  }

  async *#commits(): AsyncGenerator<Collected> {
    for (;;) {
      const heads = await this.#parts.reads.headsAfter(this.#copied.head?.size ?? 0, PAGE);
      const entries = this.#entriesUpTo(heads.at(-1)?.size ?? 0);
      for (const head of heads) yield* this.#add({ op: 'commit', entries: this.#under(head, entries), head });
      if (heads.length < PAGE) return;
    }
  }

  #entriesUpTo(size: number): Iterator<ScannedEntry> {
    return this.#parts.reads.scan(this.#copied.head?.size ?? 0, size)[Symbol.iterator]();
  }

  /** Takes from `entries` those that the head has beyond the one before it. @throws DamagedStore */
  #under(head: StoredHead, entries: Iterator<ScannedEntry>): readonly RecordedEntry[] {
    const edge = this.#edge as TreeEdge;
    const recorded: RecordedEntry[] = [];
    while (edge.head.size < head.size) {
      const next: IteratorResult<ScannedEntry, unknown> = entries.next();
      if (next.done === true) throw new DamagedStore(`entry ${edge.head.size} of ${head.size} is missing`);
      edge.add(hashLeaf(next.value.body));
      recorded.push(this.#recorded(next.value));
    }
    if (equalBytes(edge.head.root, head.root)) return recorded;
    throw new DamagedStore(
      `the first ${head.size} entries have the root ${toHex(edge.head.root)}, and ${toHex(head.root)} was signed`,
    );
  }

  #recorded({
    index,
    attestation: sum,
    integratedTime,
    body,
    signedEntryTimestamp,
    searchKeys,
  }: ScannedEntry): RecordedEntry {
    const entry = { integratedTime, body, signedEntryTimestamp, searchKeys };
    if (sum.length === 0) return entry;
    const attestation = this.#parts.reads.attestation(sum);
    if (attestation === undefined || !equalBytes(hash('sha256', attestation, 'buffer'), sum))
      throw new DamagedStore(`the attestation of entry ${index} is ${attestation ? 'damaged' : 'missing'}`);
    return { ...entry, attestation };
  }

  /** Heads that awaited witnesses when they were copied, and await them no more. */
  async *#publications(): AsyncGenerator<Collected> {
    const { reads } = this.#parts;
    const now = Math.min((await reads.publishedSize()) ?? 0, this.#copied.head?.size ?? 0);
    for (let from = this.#copied.published; from < now;) {
      const heads = await reads.headsAfter(from, PAGE);
      for (const { size, awaitsCosignatures } of heads)
        if (!awaitsCosignatures && size <= now) yield* this.#add({ op: 'cosign', cosignatures: [], published: size });
      from = heads.at(-1)?.size ?? now;
    }
  }

  async *#late(isFirst: boolean): AsyncGenerator<Collected> {
    if (isFirst) await this.#rows.recall(this.#copied);
    for await (const step of this.#rows.fresh(this.#copied.cosigned, this.#copied.head?.size ?? 0))
      yield* this.#add(step);
    this.#copied = { ...this.#copied, changing: this.#rows.digest };
  }

  /** Adds a step, and gives out what is enough for a chunk. */
  *#add(step: Step): Generator<Collected> {
    this.#push(step);
    if (this.#weight >= CHUNK_BYTES) yield this.#take();
  }

  #push(step: Step): void {
    this.#chunk.push(step);
    this.#weight += weightOf(step);
    this.#copied = copiedAfter(this.#copied, step);
  }

  #take(): Collected {
    const steps = this.#chunk;
    [this.#chunk, this.#weight] = [[], 0];
    return { steps, copied: this.#copied };
  }
}
