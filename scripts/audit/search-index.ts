import type { AuditedLog } from '../../storage/engine.ts';
import { partsOf, type Run } from '../../storage/search-index/runs.ts';
import { isSame, NO_RECORDS, type Tally, together } from '../../storage/search-index/tally.ts';
import type { WorkerPool } from './worker-pool.ts';
import { Damaged, type RunReport } from './wire.ts';

/** Parts in a unit: two million records. */
const UNIT = 4096;

/** How often the runs are read again because the log has merged some meanwhile. */
const TRIES = 20;

/** A run as it was when the audit began. */
export interface ExpectedRun extends Pick<Run, 'to'> {
  readonly tally: Tally;
}

/**
 * Whether the index has what it must have of each entry, and gives it to whoever looks for it. The log may go on meanwhile:
 * runs that were merged are one run now, and have the records of all of them.
 *
 * @param expected - one after another
 * @returns records
 * @throws Damaged
 */
export async function auditIndex(
  reading: Pick<AuditedLog, 'runs'>,
  pool: WorkerPool,
  expected: readonly ExpectedRun[],
): Promise<number> {
  const end = expected.at(-1)?.to ?? 0;
  for (let left = TRIES; left > 0; left -= 1) {
    const runs = reading.runs().filter(({ from }) => from < end);
    requireNoGap(runs, end);
    const reports = await pool.all<'run'>(runs.flatMap((run) => unitsOf(run, end)));
    if (reports.some(({ gone }) => gone)) continue;
    return compare(runs, reports, expected);
  }
  throw new Damaged(0, 'the index could not be read, because the log kept merging it: try again');
}

function unitsOf(run: Run, below: number) {
  const units = unitCount(run);
  return Array.from({ length: units }, (_, i) => {
    return { what: 'run' as const, run, from: i * UNIT, to: Math.min(partsOf(run), (i + 1) * UNIT), below };
  });
}

const unitCount = (run: Run): number => Math.ceil(partsOf(run) / UNIT);

/** @throws Damaged */
function requireNoGap(runs: readonly Run[], end: number): void {
  let to = 0;
  for (const run of runs) {
    if (run.from !== to) throw new Damaged(to, `the index has no run that begins with entry ${to}`);
    to = run.to;
  }
  if (to < end) throw new Damaged(to, `the index has no run that begins with entry ${to}`);
}

/** @throws Damaged */
function compare(runs: readonly Run[], reports: readonly RunReport[], expected: readonly ExpectedRun[]): number {
  let [read, records] = [0, 0];
  for (const run of runs) {
    const own = reports.slice(read, (read += unitCount(run)));
    const has = own.map(({ tally }) => tally).reduce(together, NO_RECORDS);
    const merged = expected.filter(({ to }) => to > run.from && to <= run.to);
    const must = merged.map(({ tally }) => tally).reduce(together, NO_RECORDS);
    const counted = own.reduce((sum, one) => sum + one.records, 0);
    if (counted !== run.records || !isSame(has, must))
      throw new Damaged(
        run.from,
        `run ${run.id} of the index, entries ${run.from} to ${run.to - 1}: ${difference(has, must)}`,
      );
    records += has.count;
  }
  return records;
}

function difference(has: Tally, must: Tally): string {
  return has.count === must.count
    ? 'its records are not those of these entries'
    : `it has ${has.count} records, and these entries have ${must.count} leaves and keys`;
}
