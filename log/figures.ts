import { Histogram } from '../base/histogram.ts';
import type { WitnessFigures } from '../witness/contract.ts';

/** Reasons for which a log takes no entries although it grows. */
export const REFUSALS = ['clock', 'witness', 'disk', 'damage', 'journal', 'signer', 'stopped'] as const;
export type RefusalReason = (typeof REFUSALS)[number];

/** Seconds: from an SSD to a disk that is about to fail. */
const WRITE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096];

/** Counts what the writing of a log has done since it was opened. */
export class GrowthFigures {
  /** Entries in a commit. */
  readonly batches = new Histogram(BATCH_SIZES);
  /** Seconds from the request of a commit to its answer. */
  readonly commits = new Histogram(WRITE_SECONDS);
  /** Seconds that a head took to be durable in the journal. */
  readonly journalled = new Histogram(WRITE_SECONDS);
  /** Seconds that all signatures of a batch took. */
  readonly signed = new Histogram(WRITE_SECONDS);
  /** Signatures over heads and entries, by signer. */
  readonly signatures = { rekor: 0, c2sp: 0 };
}

/** A log's writing, as it stands. */
export interface LogFigures {
  readonly growth: GrowthFigures;
  /** Entries that wait to be committed, and the bytes of their bodies and attestations. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Submissions that came as far as the log, those of them that it had already, and the entries that were committed. */
  readonly added: { readonly calls: number; readonly duplicates: number; readonly entries: number };
  /** Entries in the newest head that is in the store. */
  readonly committed: number;
  /** Entries in the newest head that is in the journal. */
  readonly journalled: number;
  /** Whether nothing is signed, for each of the reasons. */
  readonly refusals: Readonly<Record<RefusalReason, boolean>>;
  readonly witnesses: readonly WitnessFigures[];
}
