import type { KeyList } from '../entries/key-list.ts';
import type { SearchKey } from '../entries/kind.ts';
import type { Tile, TileId } from '../merkle/tile.ts';
import type { LeafHash, LogIndex, TreeHead, TreeSize } from '../merkle/types.ts';

/** Who the log is. Written once, before its first entry, and never changed. */
export interface LogIdentity {
  /** Rekor's tree id: a positive int64 in decimal. */
  readonly treeId: string;
  /** Host name that signs heads. */
  readonly origin: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the v1 face's key: 64 hex digits. */
  readonly logId: string;
  /** The same of the tile face's key. */
  readonly tileKeyId: string;
  /** Sum of the sizes of the shards before this one. */
  readonly offset: number;
  /** Seconds since the Unix epoch. */
  readonly created: number;
}

/** An entry as it is kept. */
export interface StoredEntry {
  readonly index: LogIndex;
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly body: Uint8Array;
  readonly signedEntryTimestamp: Uint8Array;
  readonly attestation?: Uint8Array;
}

/** An entry with its place in the log, on its way into the store. */
export interface SequencedEntry extends StoredEntry {
  readonly leafHash: LeafHash;
  readonly keys: KeyList;
}

/** A head and the v1 face's signature over its checkpoint. One compact row a commit; all are kept. */
export interface StoredHead extends TreeHead {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  readonly signature: Uint8Array;
}

export interface FullTile extends TileId {
  readonly tile: Tile;
}

/** Everything one step of growth writes. It is written whole or not at all. */
export interface Commit {
  /** Size the log must still have. What turns two writers into one. */
  readonly from: TreeSize;
  readonly entries: readonly SequencedEntry[];
  /** Tiles that these entries filled. The unfinished ones follow from the entries. */
  readonly tiles: readonly FullTile[];
  readonly head: StoredHead;
}

/**
 * Where one log lives. Every engine passes `test/storage/contract.ts`.
 *
 * An engine stores and finds; it decides nothing, and knows neither HTTP nor signatures. Reads may run beside each
 * other and beside a commit, and see all of a commit or none of it. Search keys are data: each entry's list is kept
 * whole and checksummed, any index is made from it, and every hit is confirmed against it.
 */
export interface LogStore extends AsyncDisposable {
  /** Undefined until `create`. */
  identity(): Promise<LogIdentity | undefined>;
  create(identity: LogIdentity): Promise<void>;

  /** Undefined before the first commit. */
  head(): Promise<StoredHead | undefined>;
  /** Undefined at and beyond the size of the log. */
  entry(index: LogIndex): Promise<StoredEntry | undefined>;
  /** Full tiles, in the order asked. @throws if one was never committed */
  tiles(ids: readonly TileId[]): Promise<readonly Tile[]>;
  /** Where the leaf stands, if the log holds it. */
  locate(leaf: LeafHash): Promise<LogIndex | undefined>;
  /** Entries with any of the keys (in any case) at `from` or later, in log order, at most `limit`. */
  indexesOf(keys: readonly string[], from: LogIndex, limit: number): Promise<readonly LogIndex[]>;
  /** The full list of each of these entries. @throws if a list is damaged */
  searchKeys(indexes: readonly LogIndex[]): Promise<readonly (readonly SearchKey[])[]>;

  /** Durable once resolved. A rejection leaves the outcome unknown. @throws StaleCommit */
  commit(commit: Commit): Promise<void>;
  /** Writes a row that is no part of the log. Durable once resolved. */
  heartbeat(at: number): Promise<void>;
  /** Does what an engine puts off until it has time, such as merging and compressing. Changes no answer. */
  tidy(): Promise<void>;
}
