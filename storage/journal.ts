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

/**
 * Token of a data folder that was made from a backup. It may append to any journal of its log that names nothing it lacks: the
 * journal tells whether it does. The first start gives it a token of its own.
 */
export const RESTORED_TOKEN = 'restored';

/** The side of the data folder. */
export interface JournalHolders {
  /** Undefined until a start has held that journal. */
  holder(journal: JournalName): Promise<JournalHolder | undefined>;
  /** Durable once resolved. */
  hold(journal: JournalName, holder: JournalHolder): Promise<void>;
}

/** Whether a journal with this token may be appended to by the data folder with that holder. */
export function isHeldBy(token: string | undefined, holder: JournalHolder | undefined): boolean {
  if (holder?.token === RESTORED_TOKEN) return true;
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

/** A head journal that is open, and a look at its file. */
export interface OpenHeadJournal extends HeadJournal {
  /** @throws StoreRefused if the file or its lock was removed or replaced */
  check(): Promise<void>;
  /**
   * Keeps the journal under another name and forgets it, so that it can be begun as if there had been none. Its file stays
   * until then.
   *
   * @param ending - of the name
   * @returns the paths of what was kept
   */
  setAside(ending: string): Promise<readonly string[]>;
}

/** A head, or the end of the log. */
export type JournalRecord = TreeHead & { readonly at?: number };

export function isFreeze(record: JournalRecord): record is JournalFreeze {
  return record.at !== undefined;
}

/** All that a head journal holds. */
export interface JournalRecords {
  /** Undefined if the first line is damaged. */
  readonly owner: JournalOwner | undefined;
  /** In the order written. */
  readonly records: readonly JournalRecord[];
  /** Says which line is not as it was written; undefined if all are. A last line without its end is left out. */
  readonly damage: string | undefined;
}

/** Which witness has cosigned the heads in a journal. */
export interface WitnessOwner {
  readonly name: string;
  /** SHA-256 of its key's SubjectPublicKeyInfo: 64 hex digits. */
  readonly key: string;
  /** The token of the one data folder that may append; undefined in a journal that an earlier version began. */
  readonly holder?: string | undefined;
}

/** A head of the log with that origin. */
export interface NamedHead extends TreeHead {
  readonly origin: string;
}

/** Heads of other logs that our witness has cosigned, kept away from its state. */
export interface WitnessedJournal extends AsyncDisposable {
  /** Where it stands, or would stand. */
  readonly path: string;
  /** Undefined in a journal that was never begun. */
  owner(): WitnessOwner | undefined;
  /** The newest of each log, by origin. */
  last(): ReadonlyMap<string, TreeHead>;
  /** Says which line is not as it was written; undefined if all are. */
  damage(): string | undefined;
  /**
   * Writes the journal anew, with the newest of each log. That of another witness is kept under another name. Durable once
   * resolved.
   */
  begin(owner: WitnessOwner, heads: readonly NamedHead[]): Promise<void>;
  /** Durable once resolved. One at a time. A rejection leaves the outcome unknown. @throws NoRoom, and then nothing was written */
  append(head: NamedHead): Promise<void>;
}

/** Journals in folders of their own. Looking at one changes nothing, beside the process that writes it or without one. */
export interface Journals {
  /** Names of their files. */
  readonly files: Readonly<Record<JournalName, string>>;
  /** Makes the folder if it is missing, and takes it for this process. @throws StoreRefused when another process holds it */
  hold(folder: string, owner: string): HeldJournals;
  /** @throws StoreRefused where the file of the journal has two names */
  requireOneName(folder: string, journal: JournalName): void;
  /** Reads all of a head journal. Undefined where none was begun. */
  readHeads(folder: string): Promise<JournalRecords | undefined>;
  viewHeads(folder: string): Promise<Pick<HeadJournal, 'path' | 'owner' | 'last' | 'freeze' | 'damage'>>;
  viewWitnessed(folder: string): Promise<Pick<WitnessedJournal, 'path' | 'owner' | 'last' | 'damage'>>;
}

/** The journals in a folder that this process holds until it disposes of them. Opening one changes nothing. */
export interface HeldJournals extends Disposable {
  openHeads(): Promise<OpenHeadJournal>;
  openWitnessed(): Promise<WitnessedJournal>;
}
