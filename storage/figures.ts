import type { Histogram } from '../base/histogram.ts';

/** A volume that a log grows on. */
export interface VolumeFigures {
  /** `data`, or `heads` for that of the head journal. */
  readonly volume: string;
  /** Bytes that are free, and those that have to stay so. */
  readonly free: number;
  readonly reserve: number;
}

/** The work of a store as it stands, for operators. */
export interface StoreFigures {
  /** Seconds that the disk took to have a commit, beside what its statements took. */
  readonly syncs: Histogram;
  readonly databaseBytes: number;
  /** Of the write-ahead log. */
  readonly walBytes: number;
  /** Entries that wait to be bundled. */
  readonly unbundled: number;
  /** Records of the search index that are in memory only. */
  readonly unflushed: number;
  readonly volumes: readonly VolumeFigures[];
}
