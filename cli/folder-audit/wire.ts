import type { Damage, EntriesReport, HeadsReport, RunReport } from '../../log/audit/reports.ts';
import type { PartRange } from '../../log/audit/run.ts';
import type { EntryRange } from '../../log/audit/entries.ts';

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
  | ({ readonly what: 'entries' } & EntryRange)
  /** Heads of `from` up to `to` entries. */
  | { readonly what: 'heads'; readonly from: number; readonly to: number; readonly size: number }
  | ({ readonly what: 'run' } & PartRange);

export interface ReportOf {
  readonly entries: EntriesReport;
  readonly heads: HeadsReport;
  readonly run: RunReport;
}

export type UnitKind = keyof ReportOf;

export type Outcome<Kind extends UnitKind = UnitKind> =
  { readonly ok: true; readonly report: ReportOf[Kind] } | { readonly ok: false; readonly damage: Damage };
