import type { TreeHead } from '../merkle/types.ts';

/** Whose heads a journal holds. */
export interface JournalOwner {
  readonly treeId: string;
  readonly logId: string;
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
  /** Writes the journal anew, for `owner` and with `head` as its only record. Durable once resolved. */
  begin(owner: JournalOwner, head: TreeHead | undefined): Promise<void>;
  /** Durable once resolved. A rejection leaves the outcome unknown. One at a time. */
  append(head: TreeHead): Promise<void>;
}
