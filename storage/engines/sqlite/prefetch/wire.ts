import type { RunPlace } from '../../../search-index/runs.ts';

/** Where entries may be that have a key with the fingerprint. Answered, in order, once all of that has been read. */
export interface PrefetchRequest {
  readonly fingerprint: number;
  readonly places: readonly RunPlace[];
}
