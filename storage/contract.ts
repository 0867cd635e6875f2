import type { SearchKeyList } from '../entries/search-key-list.ts';
import type { SearchKey } from '../entries/search-key-list.ts';
import type { Tile, TileId } from '../merkle/tile.ts';
import type { LeafHash, LogIndex, TreeHead, TreeSize } from '../merkle/types.ts';
import type { StoreFigures } from './figures.ts';
import type { JournalHolders } from './journal.ts';

/** Identity of the log. Written once, before its first entry, and never changed. */
export interface LogIdentity {
  /** Rekor's tree id: a positive int64 in decimal. */
  readonly treeId: string;
  /** Host name that signs heads. */
  readonly origin: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the `rekor` key: 64 hex digits. */
  readonly logId: string;
  /** The same of the `c2sp` key. */
  readonly c2spKeyId: string;
  /** Those keys: PEM `PUBLIC KEY`, so that a log that ended is read without its private keys. Undefined where nobody wrote them down yet. */
  readonly publicKeys: { readonly rekor: string; readonly c2sp: string } | undefined;
  /** Sum of the sizes of the shards before this one. */
  readonly offset: number;
  /** Seconds since the Unix epoch. */
  readonly created: number;
}

/** The database of a data folder, before anything is opened to be written. */
export type FoundDatabase =
  /** No file. */
  | { readonly state: 'missing' }
  /** A file in which no log has begun: the start that made it was cut short, or the copy was. */
  | { readonly state: 'empty' }
  | {
      readonly state: 'log';
      readonly identity: LogIdentity;
      readonly head: TreeHead | undefined;
      /** Whether the log has ended. */
      readonly frozen: boolean;
    };

/** An entry as the store returns it. */
export interface StoredEntry {
  readonly index: LogIndex;
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly body: Uint8Array;
  readonly signedEntryTimestamp: Uint8Array;
  readonly attestation?: Uint8Array;
}

/** An entry that has its index, time and timestamp, for the store to write. */
export interface SequencedEntry extends StoredEntry {
  readonly leafHash: LeafHash;
  readonly searchKeys: SearchKeyList;
}

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

/** A witness's cosignature of a head: one line below the checkpoint of C2SP (c2sp.org/tlog-cosignature). */
export interface StoredCosignature {
  readonly size: TreeSize;
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** 8 bytes of time and 64 of signature. */
  readonly signature: Uint8Array;
}

/** A witness says that this log is not the one whose heads it has cosigned. */
export interface WitnessClaim {
  /** As the policy calls it. */
  readonly witness: string;
  /** Entries in the tree that it says it has cosigned. */
  readonly size: TreeSize;
  /** `more`: than the log has. `another tree`: the log does not begin with it. */
  readonly says: 'more' | 'another tree';
  /** Seconds since the Unix epoch. */
  readonly at: number;
}

/** The end of a log: its last note, which says so. */
export interface StoredFreeze {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  /** Signature of the `c2sp` key over the last checkpoint with the line that says when. */
  readonly signature: Uint8Array;
}

/**
 * The bodies of up to 256 entries as C2SP serves them, plain or in a gzip stream: up to 16 MiB, of which no more is read at
 * a time than is asked for. What it is made of never changes, wherever it is moved meanwhile.
 */
export interface EntryBundle {
  readonly encoding: 'identity' | 'gzip';
  /** Bytes of all pieces together. */
  readonly length: number;
  /** The same, inflated. */
  readonly plainLength: number;
  /** Bytes of the largest piece at most. A short bundle is one piece, of `WHOLE_BUNDLE_BYTES` at most. */
  readonly largestPiece: number;
  /** Reads a piece for each turn. @throws if it is damaged */
  pieces(): Iterable<Uint8Array>;
}

export const WHOLE_BUNDLE_BYTES = 256 * 1024;

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
 * Reads of the place where one log lives. Reads may run beside each other and beside a commit, and see all of a commit
 * or none of it.
 */
export interface LogReads {
  /** Undefined until `create`. */
  identity(): Promise<LogIdentity | undefined>;
  /** Undefined before the first commit. */
  head(): Promise<StoredHead | undefined>;
  headAt(size: TreeSize): Promise<StoredHead | undefined>;
  /** Heads of less than `below` entries that await nothing, the largest first. */
  heads(below: number, limit: number): Promise<readonly StoredHead[]>;
  /** How many heads of more than `after` entries there are, counted up to `limit`: those that await something too. */
  countHeads(after: number, limit: number): Promise<number>;
  /** Of the largest head that awaits nothing. Undefined before the first. */
  publishedSize(): Promise<TreeSize | undefined>;
  cosignatures(size: TreeSize): Promise<readonly StoredCosignature[]>;
  /** The cosignature of the largest head by each key that has cosigned lately. */
  lastCosignatures(): Promise<readonly StoredCosignature[]>;
  /** The last claim of each witness that made one. */
  claims(): Promise<readonly WitnessClaim[]>;
  /** Undefined while the log grows. */
  frozen(): Promise<StoredFreeze | undefined>;
  /** Undefined at and beyond the size of the log. */
  entry(index: LogIndex): Promise<StoredEntry | undefined>;
  /** Full tiles, in the order asked. @throws if one was never committed */
  tiles(ids: readonly TileId[]): Promise<readonly Tile[]>;
  /** The first `width` entries (1 to 256) of bundle `number`. @throws if there are fewer */
  bundle(number: number, width: number): Promise<EntryBundle>;
  /**
   * Where the leaf stands, if the log holds it.
   *
   * @param turn - unless given, other work has its turn
   * @throws what `turn` throws
   */
  locate(leaf: LeafHash, turn?: Turn): Promise<LogIndex | undefined>;
  /**
   * Entries that have, of every group, any key (in any case), in log order: a piece of the search, within its limits.
   *
   * @param groups - at least one
   */
  search(groups: readonly (readonly string[])[], limits: SearchLimits): Promise<SearchPiece>;
  /** The full list of each of these entries. @throws if a list is damaged */
  searchKeys(indexes: readonly LogIndex[]): Promise<readonly (readonly SearchKey[])[]>;
}

/**
 * Where one log lives. Every engine passes `test/storage/contract.ts`.
 *
 * An engine stores and finds; it decides nothing, and knows neither HTTP nor signatures. Search keys are data: each
 * entry's list is kept whole and checksummed, any index is made from it, and every hit is confirmed against it.
 */
export interface LogStore extends LogReads, JournalHolders, AsyncDisposable {
  create(identity: LogIdentity): Promise<void>;
  /** As `locate`, for a leaf that is probably new: to be sure may take a while, and nobody else waits meanwhile. */
  findDuplicate(leaf: LeafHash): Promise<LogIndex | undefined>;
  /** Writes down the public keys of a log that was made without them. */
  keepKeys(keys: NonNullable<LogIdentity['publicKeys']>): Promise<void>;
  /** Durable once resolved. A rejection leaves the outcome unknown. @throws StaleCommit; NoRoom, and then nothing was written */
  commit(commit: Commit): Promise<void>;
  /** Keeps cosignatures, and that the head of size `published` awaits nothing any more. Durable once resolved. */
  cosign(cosignatures: readonly StoredCosignature[], published: TreeSize | undefined): Promise<void>;
  /** Keeps what a witness claims, in the place of its earlier claim. Durable once resolved. */
  keepClaim(claim: WitnessClaim): Promise<void>;
  /** Ends the log: no commit succeeds from then on. Durable once resolved. */
  freeze(freeze: StoredFreeze): Promise<void>;
  /** Writes a row that is no part of the log. Durable once resolved. */
  heartbeat(at: number): Promise<void>;
  /** Undefined for a store that is only read. */
  figures(): Promise<StoreFigures | undefined>;
  /** Does what an engine puts off until it has time, such as merging and compressing. Changes no answer. */
  compact(): Promise<void>;
  /**
   * For a log that has ended: does all that was put off, and gives back what only writing needs. From then on the store
   * can be read, and nothing can be written to it.
   */
  finalize(): Promise<void>;
}
