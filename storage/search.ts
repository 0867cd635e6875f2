import type { LeafHash, LogIndex, TreeSize } from '../merkle/types.ts';

/** Called between slices of long work, to let other work have the thread. What it throws ends the work. */
export type Turn = () => Promise<void>;

/** Bounds of one piece of a search, which holds the thread for no longer than its effort. */
export interface SearchLimits {
  readonly from: LogIndex;
  /** Entries from here on are not looked at. */
  readonly to: TreeSize;
  /** Entries that are enough. */
  readonly most: number;
  /** Work after which the piece ends, in units of about a microsecond. */
  readonly effort: number;
}

export interface SearchPiece {
  readonly found: readonly LogIndex[];
  /** Where to go on; undefined if there is nothing more. */
  readonly next: LogIndex | undefined;
  /** Work that was done, in the same units. */
  readonly effort: number;
}

/**
 * Finds entries by leaf and by search key. Search keys are data: each entry's list is kept whole and checksummed, the index
 * is made from it, and every hit is confirmed against it.
 */
export interface SearchIndex {
  /**
   * Returns where the leaf stands, if the log holds it.
   *
   * @param turn - unless given, other work has its turn
   * @throws what `turn` throws
   */
  locate(leaf: LeafHash, turn?: Turn): Promise<LogIndex | undefined>;
  /** As `locate`, for a leaf that is probably new: to be sure may take a while, and nobody else waits meanwhile. */
  findDuplicate(leaf: LeafHash): Promise<LogIndex | undefined>;
  /**
   * Entries that have, of every group, any key (in any case), in log order: a piece of the search, within its limits.
   *
   * @param groups - at least one
   */
  search(groups: readonly (readonly string[])[], limits: SearchLimits): Promise<SearchPiece>;
}
