import type { SignedNote } from '../checkpoint/note.ts';
import type { Proof, TreeHead, TreeSize } from '../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../storage/cosignatures.ts';

/** A head that witnesses are asked about. */
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

/** How a witness does. Shown to operators. */
export interface WitnessReport {
  readonly name: string;
  /** Size of the largest tree of ours that it has cosigned, if one is known. */
  readonly size?: TreeSize;
  /** `ok`, or why its last answer was worth nothing. */
  readonly state: string;
}

/** Counts what was asked of a witness since the start. */
export interface WitnessFigures {
  readonly name: string;
  /** Size of the largest tree of ours that it has cosigned, and when: seconds since the Unix epoch. Undefined if none is known. */
  readonly size: number | undefined;
  readonly at: number | undefined;
  readonly asked: number;
  /** Answers that were worth nothing, or did not come. */
  readonly failed: number;
}

/** Takes what witnesses say. */
export interface WitnessListener {
  /** Called with what each cosigned, once it has been verified. */
  readonly given: (cosignatures: readonly StoredCosignature[]) => void;
  /** Called when one says that the log is not the one that it knows. */
  readonly claimed: (claim: WitnessClaim) => void;
}

/** Those who watch the log for everyone else: c2sp.org/tlog-witness. */
export interface Witnesses {
  /**
   * Asks all that have an address. Resolves when all have answered, or failed to in time, and at once when it is told to
   * stop; never rejects.
   */
  ask(candidate: Candidate, listener: WitnessListener, stop: AbortSignal): Promise<void>;
  /** Whether the policy is met by these. */
  meetsPolicy(cosignatures: readonly StoredCosignature[]): boolean;
  report(): readonly WitnessReport[];
  figures(): readonly WitnessFigures[];
}
