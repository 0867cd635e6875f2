import type { AdmittedEntry } from '../../entries/kind.ts';
import type { SearchQuestion } from '../../log/types.ts';

/** The question of `POST /api/v1/log/entries/retrieve`, checked. */
export interface LogQuery {
  /** 64 or 80 hex digits each, in the order sent, as sent. */
  readonly entryUUIDs: readonly string[];
  /** Leaf hashes (64 hex digits) of the canonical forms of the entries sent. */
  readonly leaves: readonly string[];
  /** Virtual indexes. */
  readonly logIndexes: readonly number[];
}

/** The sender of a request. */
export interface Sender {
  /** Its address, for example: requests that wait have turns by it. */
  readonly from: string;
  /** Aborted once nobody waits for the answer: a request that has not been begun then is dropped. */
  readonly gone: AbortSignal;
}

/**
 * Where request bodies become values: parsing, signature checks and key canonicalisation. What takes time is done off the
 * thread that serves HTTP. Every method rejects with a `Failure` for what the sender did wrong. Requests that wait have
 * turns by their sender; those that do not say are of one. Where the sender goes first, the reason of `gone` is the rejection.
 */
export interface Admission {
  /** One proposed entry. @throws MalformedProposal, InvalidEntry, BodyTooLarge, MalformedJson, Busy */
  create(body: Uint8Array, sender?: Sender): Promise<AdmittedEntry>;
  /** One `CreateEntryRequest` of Rekor v2. @throws MalformedJson, InvalidEntry, BodyTooLarge, Busy */
  createV2(body: Uint8Array, sender?: Sender): Promise<AdmittedEntry>;
  /** Body of `entries/retrieve`. @throws InvalidRequest, MalformedProposal, InvalidEntry, Busy */
  logQuery(body: Uint8Array, sender?: Sender): Promise<LogQuery>;
  /** Body of `index/retrieve`. @throws InvalidRequest, Busy */
  searchQuestion(body: Uint8Array, sender?: Sender): Promise<SearchQuestion>;
}
