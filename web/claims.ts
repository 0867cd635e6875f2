/*
 * Data that the server puts into a page for the page's script to check. All of it is what the log claims, and nothing of it
 * is believed before it was checked.
 */

/** Keys and signed heads of one shard. */
export interface HeadClaims {
  /** Names the shard in what the browser remembers. */
  readonly treeId: string;
  readonly origin: string;
  /** PEM of the key of Rekor v1, and verifier key of C2SP: those of the APIs that are open. */
  readonly keys: readonly string[];
  /** Signed notes of one size and root: of Rekor v1, of C2SP, or both. */
  readonly notes: readonly string[];
  /** Paths of the API, below the root, where the newest head and consistency proofs are found; undefined where closed. */
  readonly paths: { readonly rekor: string | undefined; readonly checkpoint: string | undefined };
}

/** A witness of the log's policy. */
export interface WitnessKey {
  readonly name: string;
  readonly vkey: string;
}

/** A proven entry, but for its body. */
export interface EntryClaims {
  readonly head: HeadClaims;
  readonly witnesses: readonly WitnessKey[];
  /** In its shard. */
  readonly index: number;
  readonly virtualIndex: number;
  readonly integratedTime: number;
  readonly logId: string;
  /** Entry id: tree id and leaf hash. */
  readonly id: string;
  /** Base64; undefined where Rekor v1 is closed, whose promise it is. */
  readonly signedEntryTimestamp: string | undefined;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  readonly hashes: readonly string[];
  /** The hash above each step, as the server has it: tells which step a wrong byte is in. */
  readonly parents: readonly string[];
  /** Base64, where the page cannot show the body as text. */
  readonly body: string | undefined;
  /** Payload of an envelope that is kept beside the log: base64. */
  readonly attestation: string | undefined;
  /** Where the API has the same entry, below the root; undefined where it is closed. */
  readonly path: string | undefined;
}

/** A consistency proof between two sizes of one shard, and one from the larger of them to a head that is signed. */
export interface ConsistencyClaims {
  readonly head: HeadClaims;
  readonly from: number;
  readonly to: number;
  /** Hex. */
  readonly oldRoot: string;
  readonly root: string;
  readonly hashes: readonly string[];
  /** The hash above each step, as the server has it. */
  readonly parents: readonly string[];
  /** Signed notes of the two sizes, where the log has signed heads of them. */
  readonly oldNotes: readonly string[];
  readonly notes: readonly string[];
  /** Proof from the larger size to the newest head; empty where they are one. */
  readonly onward: readonly string[];
}
