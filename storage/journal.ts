import type { TreeHead } from '../merkle/types.ts';

/** Whose heads a journal holds. */
export interface JournalOwner {
  readonly treeId: string;
  readonly logId: string;
  /** The token of the one data folder that may append; undefined in a journal that an earlier version began. */
  readonly holder?: string | undefined;
}

/** Journals that a data folder keeps beside a log: the journal of its heads, and that of its own witness. */
export type JournalName = 'heads' | 'witness';

/**
 * The token that ties a journal to one data folder. Each start writes a new token into the database, then into the journal, so a
 * copy of the folder no longer fits once either of the two has been started.
 */
export interface JournalHolder {
  readonly token: string;
  /** The one before, which the journal still has if a start ended between the two writes; undefined if it had none. */
  readonly before: string | undefined;
}

/** The side of the data folder. */
export interface JournalHolders {
  /** Undefined until a start has held that journal. */
  holder(journal: JournalName): Promise<JournalHolder | undefined>;
  /** Durable once resolved. */
  hold(journal: JournalName, holder: JournalHolder): Promise<void>;
}

/** Whether a journal with this token may be appended to by the data folder with that holder. */
export function isHeldBy(token: string | undefined, holder: JournalHolder | undefined): boolean {
  return holder === undefined ? token === undefined : token === holder.token || token === holder.before;
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
  /** Where it stands, or would stand. */
  readonly path: string;
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
  /** Durable once resolved. One at a time. A rejection leaves the outcome unknown. @throws NoRoom, and then nothing was written */
  append(head: TreeHead): Promise<void>;
  /** Records the end of the log: nothing can be appended from then on. As `append`. */
  end(freeze: JournalFreeze): Promise<void>;
}
