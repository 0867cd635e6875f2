import type { TreeHead } from '../merkle/types.ts';

/** Whose heads a journal holds. */
export interface JournalOwner {
  readonly treeId: string;
  readonly logId: string;
}

/** The end of a log, at its last head. */
export interface JournalFreeze extends TreeHead {
  /** Seconds since the Unix epoch. */
  readonly at: number;
}

/**
 * Heads that have been released, kept away from the log itself: a log that comes back smaller than its journal has
 * been rolled back, and must not sign again.
 */
export interface HeadJournal extends AsyncDisposable {
  /** Undefined in a journal that was never begun. */
  owner(): JournalOwner | undefined;
  /** The newest head that was written whole. */
  last(): TreeHead | undefined;
  /** Undefined while the log grows. */
  freeze(): JournalFreeze | undefined;
  /** Says which line is not as it was written; undefined if all are. */
  damage(): string | undefined;
  /**
   * Writes the journal anew, for `owner`: its own records, and behind them `head` and `freeze` unless it has them.
   * Durable once resolved. @throws Error if that would lose or contradict a record
   */
  begin(owner: JournalOwner, head: TreeHead | undefined, freeze?: JournalFreeze): Promise<void>;
  /** Durable once resolved. A rejection leaves the outcome unknown. One at a time. */
  append(head: TreeHead): Promise<void>;
  /** Records the end of the log: nothing can be appended from then on. As `append`. */
  end(freeze: JournalFreeze): Promise<void>;
}
