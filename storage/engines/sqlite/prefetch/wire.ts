import type { RunPlace } from '../../../search-index/runs.ts';

/** Places in the index that may name entries with this fingerprint. Answered, in order, once all these entries have been read. */
export interface PrefetchRequest {
  readonly fingerprint: number;
  readonly places: readonly RunPlace[];
}
