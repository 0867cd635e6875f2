import type { LogIndex, TreeSize } from '../merkle/types.ts';

/** Entries whose senders are remembered; the oldest are forgotten first, and are duplicates then like any other. */
const MAX_ENTRIES = 100_000;

/**
 * Entries that were kept and whose senders had no answer but that they should send them again. The first time that one of
 * them is sent again it is new, also if it has been shown meanwhile: decision 12.
 */
export class UnacknowledgedEntries {
  /** Entries that had not been shown before the start: it is not known who was told of them, so all of them are owed. */
  readonly #before: { readonly from: number; readonly to: number };
  readonly #answered = new Set<LogIndex>();
  readonly #indexes = new Set<LogIndex>();

  /** @param shown - size of the head that was shown last; @param kept - entries in the log */
  constructor(shown: TreeSize, kept: TreeSize) {
    this.#before = { from: shown, to: kept };
  }

  add(index: LogIndex): void {
    if (this.#isFromBefore(index)) return;
    this.#indexes.add(index);
    if (this.#indexes.size <= MAX_ENTRIES) return;
    const [oldest] = this.#indexes;
    if (oldest !== undefined) this.#indexes.delete(oldest);
  }

  /** Whether an answer is owed, which is given with this. */
  acknowledge(index: LogIndex): boolean {
    if (!this.#isFromBefore(index)) return this.#indexes.delete(index);
    if (this.#answered.has(index)) return false;
    this.#answered.add(index);
    return true;
  }

  #isFromBefore(index: LogIndex): boolean {
    return index >= this.#before.from && index < this.#before.to;
  }
}
