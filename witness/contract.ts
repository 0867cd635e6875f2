import type { SignedNote } from '../checkpoint/note.ts';
import type { Proof, TreeHead, TreeSize } from '../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../storage/cosignatures.ts';

/** A head that witnesses are asked to cosign. */
export interface Candidate extends TreeHead {
  /** Seconds since the Unix epoch: when the log made it. */
  readonly at: number;
  /** With the log's own signatures. */
  readonly note: SignedNote;
  /** Size of the largest tree that the log has signed by now. */
  readonly newest: () => TreeSize;
  /** Proves that the tree of `size` extends the one of `old`: 0 < old ≤ size. */
  readonly prove: (old: TreeSize) => Promise<Proof>;
}

/** The state of a witness, as operators see it. */
export interface WitnessReport {
  readonly name: string;
  /** Size of the largest tree of ours that it has cosigned, if one is known. */
  readonly size?: TreeSize;
  /** `ok`, or why its last answer gave no cosignature. */
  readonly state: string;
}

/** Counts the requests to a witness since the start. */
export interface WitnessFigures {
  readonly name: string;
  /** Size of the largest tree of ours that it has cosigned, and when: seconds since the Unix epoch. Undefined if none is known. */
  readonly size: number | undefined;
  readonly at: number | undefined;
  readonly asked: number;
  /** Answers that gave no cosignature, or did not come. */
  readonly failed: number;
}

/** Takes the answers of witnesses. */
export interface WitnessListener {
  /** Called with the cosignatures of each witness, once they have been verified. */
  readonly given: (cosignatures: readonly StoredCosignature[]) => void;
  /** Called when a witness says that it knows another tree of this log. */
  readonly claimed: (claim: WitnessClaim) => void;
}

/** The witnesses of a log: c2sp.org/tlog-witness. */
export interface Witnesses {
  /**
   * Asks all that have an address. Resolves when each has answered or its time is over, and at once when `stop` is
   * aborted; never rejects.
   */
  ask(candidate: Candidate, listener: WitnessListener, stop: AbortSignal): Promise<void>;
  /** Whether these cosignatures meet the policy. */
  meetsPolicy(cosignatures: readonly StoredCosignature[]): boolean;
  report(): readonly WitnessReport[];
  figures(): readonly WitnessFigures[];
}
