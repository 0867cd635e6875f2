import type { Run } from '../../storage/search-index/runs.ts';
import { isSame, NO_RECORDS, type Tally, together } from '../../storage/search-index/tally.ts';
import { Damaged, type RunReport } from './reports.ts';

/** A run as it was when the audit began. */
export interface ExpectedRun extends Pick<Run, 'to'> {
  readonly tally: Tally;
}

/** @throws Damaged */
export function requireNoGap(runs: readonly Run[], end: number): void {
  let to = 0;
  for (const run of runs) {
    if (run.from !== to) throw new Damaged(to, `the index has no run that begins with entry ${to}`);
    to = run.to;
  }
  if (to < end) throw new Damaged(to, `the index has no run that begins with entry ${to}`);
}

/**
 * Holds what was read of a whole run against what its entries must have in it: of all that were merged into it.
 *
 * @throws Damaged
 */
export function requireRecords(
  run: Run,
  { tally: has, records }: Pick<RunReport, 'tally' | 'records'>,
  expected: readonly ExpectedRun[],
): void {
  const merged = expected.filter(({ to }) => to > run.from && to <= run.to);
  const must = merged.map(({ tally }) => tally).reduce(together, NO_RECORDS);
  if (records === run.records && isSame(has, must)) return;
  throw new Damaged(
    run.from,
    `run ${run.id} of the index, entries ${run.from} to ${run.to - 1}: ${difference(has, must)}`,
  );
}

function difference(has: Tally, must: Tally): string {
  return has.count === must.count
    ? 'its records are not those of these entries'
    : `it has ${has.count} records, and these entries have ${must.count} leaves and keys`;
}
