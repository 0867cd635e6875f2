import type { LogReads } from './contract.ts';
import type { StoredCosignature } from './cosignatures.ts';
import type { StoredEntry } from './entries.ts';
import type { StoredHead } from './heads.ts';
import type { WitnessState } from './witness-state.ts';

/** An entry with its place, as it is kept. */
export interface ScannedEntry {
  readonly index: number;
  /** Seconds since the Unix epoch. */
  readonly integratedTime: number;
  readonly body: Uint8Array;
  readonly signedEntryTimestamp: Uint8Array;
  /** SHA-256 of its attestation; empty for none. */
  readonly attestation: Uint8Array;
  /** The packed list of its search keys. */
  readonly searchKeys: Uint8Array;
}

/** An entry as another copy of the log has it. */
export interface CopiedEntry {
  readonly body: Uint8Array;
  /** The same with what is kept beside the body, and the packed list of its search keys; undefined where the copy has bodies alone. */
  readonly kept?: Omit<StoredEntry, 'index'> & { readonly searchKeys: Uint8Array };
}

/**
 * Reads of everything that makes a log, for a copy of it: each is one short transaction, so that whoever writes goes on
 * beside it for as long as the copy takes.
 */
export interface HistoryReads
  extends
    Pick<LogReads, 'identity' | 'head' | 'headAt' | 'publishedSize' | 'claims' | 'frozen' | 'tiles' | 'entry'>,
    Pick<WitnessState, 'witnessed'> {
  /** Heads of more than `after` entries, the smallest first: those that await something too. */
  headsAfter(after: number, limit: number): Promise<readonly StoredHead[]>;
  /** Cosignatures of heads of `from` entries or more, those of the smallest first. */
  cosignaturesFrom(from: number, limit: number): Promise<readonly StoredCosignature[]>;
  /** Entries from `from` up to `to`, in order. @throws DamagedEntry */
  scan(from: number, to: number): Iterable<ScannedEntry>;
  /** @param hash - SHA-256 of it */
  attestation(hash: Uint8Array): Uint8Array | undefined;
}
