import type { SequencedEntry } from '../storage/entries.ts';
import type { StoredHead } from '../storage/heads.ts';
import { NoRoom } from '../storage/failures.ts';
import type { HeadJournal } from '../storage/journal.ts';
import type { GrowthFigures } from './figures.ts';
import { yieldToEventLoop } from './turns.ts';

/** Answers that leave in one turn: each costs a proof and a write to a socket, about 1 ms together. */
const STRIDE = 16;

/** Milliseconds between two tries to write a head for which the journal had no room. */
const RETRY_MS = 1000;

const REFUSAL = 'the disk of the head journal is full';
const WITHHELD_SENTENCE = `the entry is kept, and cannot be shown while ${REFUSAL}: send it again`;

/** Entries that are committed, and the head that is to be released for them. */
export interface CommittedBatch {
  /** Entries in the log before. */
  readonly from: number;
  readonly entries: readonly SequencedEntry[];
  readonly head: StoredHead;
  /** Tells the senders, in the order of `entries`. */
  readonly resolve: readonly ((entry: SequencedEntry) => void)[];
}

export interface ReleaseParts {
  readonly journal: HeadJournal;
  /** Takes each head once it is in the journal. */
  readonly committed: (head: StoredHead) => void;
  /** Called when heads of more than `size` entries cannot be published for now, with the reason. */
  readonly withhold: (size: number, reason: string) => void;
  /** Told once when that begins. */
  readonly held: (refusal: string) => void;
  readonly warn: (sentence: string) => void;
  readonly figures: GrowthFigures;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Writes the head of one committed batch after the other to the journal, and only then has it published. A journal
 * without disk space holds them back: the senders are told that their entries are stored, and the write is repeated
 * until it succeeds.
 */
export class HeadReleases {
  readonly #parts: ReleaseParts;
  readonly #unreleased: CommittedBatch[] = [];
  readonly #stop = Promise.withResolvers<void>();
  #isHeld = false;
  #isStopped = false;
  #size: number | undefined;

  constructor(parts: ReleaseParts) {
    this.#parts = parts;
  }

  /** Entries in the newest head that was released; undefined before the first. */
  get size(): number | undefined {
    return this.#size;
  }

  /** Why no entry is taken now; undefined while heads are released. */
  refusal(): string | undefined {
    return this.#isHeld ? REFUSAL : undefined;
  }

  /** Takes a batch as soon as it is committed: `release` comes in the same order. */
  add(batch: CommittedBatch): void {
    this.#unreleased.push(batch);
    if (this.#isHeld) resolveAll(batch);
  }

  /** Resolves once the head is released, or the log stops before it could be. @throws what leaves the outcome unknown */
  async release(batch: CommittedBatch): Promise<void> {
    while (!(await this.#journal(batch))) {
      await Promise.race([this.#stop.promise, pause()]);
      if (this.#isStopped) return;
    }
    this.#unreleased.shift();
    this.#size = batch.head.size;
    this.#parts.committed(batch.head);
    for (const [i, resolve] of batch.resolve.entries()) {
      const entry = batch.entries[i];
      if (entry) resolve(entry);
      if (i % STRIDE === STRIDE - 1) await yieldToEventLoop();
    }
  }

  /** Gives up what is held back: the next start finds it in the store, and journals it. */
  stop(): void {
    this.#isStopped = true;
    this.#stop.resolve();
  }

  /** @returns false if there was no room, and so the journal is as it was */
  async #journal(batch: CommittedBatch): Promise<boolean> {
    const { journal, figures, now } = this.#parts;
    const begun = now();
    try {
      await journal.append(batch.head);
      figures.journalled.observe((now() - begun) / 1000);
    } catch (reason) {
      if (!(reason instanceof NoRoom)) throw reason;
      this.#hold(batch, reason);
      return false;
    }
    if (this.#isHeld) this.#parts.warn('entries are taken again: there is room for the head journal');
    this.#isHeld = false;
    return true;
  }

  #hold({ from }: CommittedBatch, { message }: NoRoom): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#parts.warn(
      `no entry is taken, and no new head shown: ${message}. Free space there: the log goes on by itself`,
    );
    this.#parts.withhold(from, WITHHELD_SENTENCE);
    for (const batch of this.#unreleased) resolveAll(batch);
    this.#parts.held(REFUSAL);
  }
}

/**
 * Resolves the senders' promises: their entries are durable. The publisher then rejects them, because it has no head
 * for them.
 */
function resolveAll({ entries, resolve }: CommittedBatch): void {
  for (const [i, entry] of entries.entries()) resolve[i]?.(entry);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
}
