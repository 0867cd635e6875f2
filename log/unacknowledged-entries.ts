import type { LogIndex, TreeSize } from '../merkle/types.ts';

/** Number of entries that are remembered; the oldest are forgotten first, and are duplicates then like any other. */
const MAX_ENTRIES = 100_000;

/**
 * Entries that are stored and whose senders were told to send them again. The first time that one of them is sent again
 * it is new, also if it has been published meanwhile: decision 12.
 */
export class UnacknowledgedEntries {
  /**
   * Whether the entry was not published before this start: it is not known whose sender got an answer, so all of these
   * count as unacknowledged.
   */
  readonly #before: { readonly from: number; readonly to: number };
  readonly #answered = new Set<LogIndex>();
  readonly #indexes = new Set<LogIndex>();

  /** @param shown - size of the head that was published last; @param kept - entries in the log */
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

  /** Returns whether the entry was unacknowledged; it no longer is. */
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
