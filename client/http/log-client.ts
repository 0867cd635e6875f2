import type { Verdict } from '../../base/verdict.ts';
import type { Proof, TreeHead } from '../../merkle/types.ts';
import type { TrustedHead } from '../trusted-keys.ts';

/** APIs that a log can be read by: those of Rekor, and the plain files of c2sp.org/tlog-tiles. */
export type Api = 'rekor-v1' | 'rekor-v2' | 'tiles';

/** An entry whose inclusion proof, checkpoint and, on Rekor v1, signed entry timestamp have been checked. */
export interface LogEntry {
  /** In the whole log, as its API numbers entries: on Rekor v1 the virtual index. */
  readonly logIndex: number;
  /** In the tree of its shard. */
  readonly index: number;
  /** Leaf hash: 64 hex digits. */
  readonly uuid: string;
  /** Canonical. */
  readonly body: Uint8Array;
  /** The head that the proof leads to. */
  readonly head: TrustedHead;
  readonly hashes: Proof;
  readonly promise?: EntryPromise;
}

/** The signed entry timestamp of Rekor v1, which other APIs have not, and what it is over. */
export interface EntryPromise {
  /** Tree id and leaf hash: 80 hex digits. */
  readonly entryId: string;
  /** Seconds since 1970. */
  readonly integratedTime: number;
  readonly logId: string;
  readonly signedEntryTimestamp: Uint8Array;
}

/** One entry to look for. */
export type EntryReference =
  | { readonly by: 'index'; readonly index: number }
  /** 64 hex digits, or 80 with the tree id before them. */
  | { readonly by: 'id'; readonly id: string };

/** A request, and the leaf hash (64 hex digits) of the entry that it asks for: another entry is no answer to it. */
export interface SubmissionForm {
  readonly request: object;
  readonly uuid: string;
}

/** An entry to submit, in the forms of the APIs that can take it. */
export interface Submission {
  readonly rekorV1?: SubmissionForm;
  readonly rekorV2?: SubmissionForm;
}

export interface Submitted {
  readonly entry: LogEntry;
  /** Whether the log had it already. */
  readonly isKnown: boolean;
}

/** Body of `index/retrieve`: rekor-v1 §5. At least one member beside the operator. */
export interface SearchQuery {
  readonly hash?: string;
  readonly email?: string;
  readonly subject?: string;
  readonly publicKey?: { readonly format: string; readonly content: string };
  readonly operator: 'and' | 'or';
}

/** Ids that a search found. The log claims them: each has to be read to be believed. */
export interface FoundIds {
  readonly ids: readonly string[];
  /** Size up to which a Stele says its answer is complete; other logs do not say. */
  readonly completeTo: number | undefined;
}

/** A proof that one tree of the log begins with another. Both roots lead to a head that the log has signed. */
export interface ConsistencyProof {
  readonly from: TreeHead;
  readonly to: TreeHead;
  readonly hashes: Proof;
}

/**
 * A log that answers over HTTP. Everything that is returned has been checked with the trusted keys.
 *
 * All methods throw `Unreachable`, `NoLog`, `RefusedByLog`, `NotOffered` for what the API has not, `NotFound`, and
 * `FalseAnswer` or another failure of `client/` for what does not hold.
 */
export interface LogClient {
  readonly api: Api;
  /** Without a slash at its end. */
  readonly base: string;
  /** The newest head of the shard that grows. */
  head(): Promise<TrustedHead>;
  /** The last heads of shards that have ended, the oldest first. */
  endedShards(): Promise<readonly TrustedHead[]>;
  /** The tree of the first `size` entries of the shard that grows, at least one. */
  headAt(size: number): Promise<TreeHead>;
  /** Whether the newer of two signed heads of one tree has the older one at its beginning. */
  extends(old: TrustedHead, head: TrustedHead): Promise<Verdict>;
  /** Needs `0 < from ≤ to`. */
  consistency(from: number, to: number): Promise<ConsistencyProof>;
  entry(reference: EntryReference): Promise<LogEntry>;
  submit(submission: Submission): Promise<Submitted>;
  /** Pages of ids, to the end. */
  search(query: SearchQuery): AsyncIterable<FoundIds>;
}
