import type { TreeHead, TreeSize } from '../merkle/types.ts';
import type { SequencedEntry } from './entries.ts';
import type { FullTile } from './tiles.ts';

/** Signatures of both keys of the log over a head. */
export interface HeadSignatures {
  /** Over the checkpoint `<origin> - <tree id>`: ECDSA, DER. */
  readonly rekor: Uint8Array;
  /** Over the checkpoint `<origin>`: Ed25519. Undefined for heads of format 1. */
  readonly c2sp: Uint8Array | undefined;
}

/** A head and its signatures. One compact row a commit; all are kept. */
export interface StoredHead extends TreeHead {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  readonly signatures: HeadSignatures;
  /** Whether it is shown only once witnesses have cosigned it, and they have not. */
  readonly awaitsCosignatures: boolean;
}

/** The end of a log: its last note, which says so. */
export interface StoredFreeze {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  /** Signature of the `c2sp` key over the last checkpoint with the line that says when. */
  readonly signature: Uint8Array;
}

/** Everything one step of growth writes. It is written whole or not at all. */
export interface Commit {
  /** The newest head that the log must still have, of no entries before the first commit. What turns two writers into one. */
  readonly after: TreeHead;
  readonly entries: readonly SequencedEntry[];
  /** Tiles that these entries filled. The unfinished ones follow from the entries. */
  readonly tiles: readonly FullTile[];
  readonly head: StoredHead;
}

/** Reads of the heads that the log has signed. */
export interface HeadReads {
  /** Undefined before the first commit. */
  head(): Promise<StoredHead | undefined>;
  headAt(size: TreeSize): Promise<StoredHead | undefined>;
  /** Heads of less than `below` entries that await nothing, the largest first. */
  heads(below: number, limit: number): Promise<readonly StoredHead[]>;
  /** How many heads of more than `after` entries there are, counted up to `limit`: those that await something too. */
  countHeads(after: number, limit: number): Promise<number>;
  /** Of the largest head that awaits nothing. Undefined before the first. */
  publishedSize(): Promise<TreeSize | undefined>;
  /** Undefined while the log grows. */
  frozen(): Promise<StoredFreeze | undefined>;
}

/** The newest head as a register: it changes by compare-and-swap alone, with the entries and tiles under it. */
export interface HeadRegister extends HeadReads {
  /**
   * Writes the commit if the newest head is still the one that it says. Durable once resolved. A rejection leaves the
   * outcome unknown.
   *
   * @throws StaleCommit; NoRoom or UnreadablePage, and then nothing was written
   */
  commit(commit: Commit): Promise<void>;
  /** Ends the log: no commit succeeds from then on. Durable once resolved. */
  freeze(freeze: StoredFreeze): Promise<void>;
}
