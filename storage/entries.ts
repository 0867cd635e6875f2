import type { SearchKey, SearchKeyList } from '../entries/search-key-list.ts';
import type { LeafHash, LogIndex } from '../merkle/types.ts';

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

/** Reads of entries by their index. They are written by `HeadRegister.commit`. */
export interface EntryReads {
  /** Undefined at and beyond the size of the log. */
  entry(index: LogIndex): Promise<StoredEntry | undefined>;
  /** The first `width` entries (1 to 256) of bundle `number`. @throws if there are fewer */
  bundle(number: number, width: number): Promise<EntryBundle>;
  /** The full list of each of these entries. @throws if a list is damaged */
  searchKeys(indexes: readonly LogIndex[]): Promise<readonly (readonly SearchKey[])[]>;
}
