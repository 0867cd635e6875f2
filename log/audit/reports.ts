import type { Tally } from '../../storage/search-index/tally.ts';

/** Something that is not as it was written. */
export interface Damage {
  /** The entry, or the first of those that it is about: what comes first is reported. */
  readonly at: number;
  readonly says: string;
}

/** Ends a check: how damage travels inside of a thread. */
export class Damaged extends Error {
  readonly damage: Damage;

  constructor(at: number, says: string) {
    super(says);
    this.damage = { at, says };
  }
}

export interface EntriesReport {
  readonly bytes: number;
  readonly keys: number;
  readonly attestations: number;
  /** Roots of the full tiles over these entries, 32 bytes each, and the leaf hashes behind the last of them. */
  readonly roots: Uint8Array;
  readonly leaves: Uint8Array;
  /** Of the first and the last entry. */
  readonly times: readonly [number, number];
  /** Of the records that each run must have of these entries; of runs from `firstRun` on. */
  readonly firstRun: number;
  readonly tallies: readonly Tally[];
}

export interface HeadsReport {
  readonly heads: number;
  /** Of both keys. */
  readonly signatures: number;
}

export interface RunReport {
  readonly tally: Tally;
  /** Records, those of later entries too. */
  readonly records: number;
  /** Whether the run has been merged into another meanwhile. */
  readonly gone: boolean;
}
