import type { AuditedLog } from '../../storage/engine.ts';
import { type ExpectedRun, requireNoGap, requireRecords } from '../../log/audit/expected-runs.ts';
import { Damaged, type RunReport } from '../../log/audit/reports.ts';
import { partsOf, type Run } from '../../storage/search-index/runs.ts';
import { NO_RECORDS, together } from '../../storage/search-index/tally.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Parts in a unit: two million records. */
const UNIT = 4096;

/** How often the runs are read again because the log has merged some meanwhile. */
const TRIES = 20;

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
function compare(runs: readonly Run[], reports: readonly RunReport[], expected: readonly ExpectedRun[]): number {
  let [read, records] = [0, 0];
  for (const run of runs) {
    const own = reports.slice(read, (read += unitCount(run)));
    const has = own.map(({ tally }) => tally).reduce(together, NO_RECORDS);
    requireRecords(run, { tally: has, records: own.reduce((sum, one) => sum + one.records, 0) }, expected);
    records += has.count;
  }
  return records;
}
