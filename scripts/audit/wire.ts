import type { Tally } from '../../storage/search-index/tally.ts';
import type { Run } from '../../storage/search-index/runs.ts';

/*
 * Messages to and from the auditor's threads. A unit is some tenths of a second of work, so that all threads are done
 * at about the same time.
 */

/** Start data of a thread. */
export interface AuditorSettings {
  readonly folder: string;
  /** Whether even files that a reader makes are left as they are: where no process has the folder. */
  readonly unchanged?: boolean;
}

export type Unit =
  /** Entries `from` up to `to`; `from` is a multiple of 256. `runs`: where the runs of the index end. */
  | { readonly what: 'entries'; readonly from: number; readonly to: number; readonly runs: readonly number[] }
  /** Heads of `from` up to `to` entries. */
  | { readonly what: 'heads'; readonly from: number; readonly to: number; readonly size: number }
  /** Parts `from` up to `to` of a run. Records of entries from `below` on are left to a later audit. */
  | {
      readonly what: 'run';
      readonly run: Run;
      readonly from: number;
      readonly to: number;
      readonly below: number;
    };

/** Something that is not as it was written. */
export interface Damage {
  /** The entry, or the first of those that it is about: what comes first is reported. */
  readonly at: number;
  readonly says: string;
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

export interface ReportOf {
  readonly entries: EntriesReport;
  readonly heads: HeadsReport;
  readonly run: RunReport;
}

export type UnitKind = keyof ReportOf;

export type Outcome<Kind extends UnitKind = UnitKind> =
  { readonly ok: true; readonly report: ReportOf[Kind] } | { readonly ok: false; readonly damage: Damage };

/** Ends a unit: how damage travels inside of a thread. */
export class Damaged extends Error {
  readonly damage: Damage;

  constructor(at: number, says: string) {
    super(says);
    this.damage = { at, says };
  }
}
