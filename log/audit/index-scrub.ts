import type { AuditedLog } from '../../storage/engine.ts';
import { partsOf, type Run } from '../../storage/search-index/runs.ts';
import { NO_RECORDS, type Tally, together } from '../../storage/search-index/tally.ts';
import { attempt, type Found, type Mend } from './attempt.ts';
import { type ExpectedRun, requireNoGap, requireRecords } from './expected-runs.ts';
import { Damaged, type RunReport } from './reports.ts';
import { auditRun } from './run.ts';

/** Parts in a slice: some ten milliseconds. */
const SLICE = 256;

export interface IndexPlace {
  /** Runs as they were when the scrub began; the tally is undefined where a damaged entry keeps it unknown. */
  readonly runs: readonly { readonly to: number; readonly tally: Tally | undefined }[];
  /** Records read so far, of all runs. */
  readonly read: number;
  /** First entry of the run that is read; of the first that is not, once it has been. */
  readonly from: number;
  readonly run: number;
  /** The next part. */
  readonly part: number;
  readonly records: number;
  /** Of the parts before; undefined if one of them was damaged. */
  readonly tally: Tally | undefined;
}

const UNREAD = { run: -1, part: 0, records: 0, tally: NO_RECORDS };

/** Checks the runs of the search index, some parts at a time. */
export class IndexScrub {
  readonly #reading: Pick<AuditedLog, 'runs' | 'readPart'>;
  readonly #mend: Mend | undefined;
  #run: Run | undefined;

  constructor(reading: Pick<AuditedLog, 'runs' | 'readPart'>, mend: Mend | undefined) {
    [this.#reading, this.#mend] = [reading, mend];
  }

  /** Begins with the runs of the first `size` entries. */
  async begin(size: number, found: Found): Promise<IndexPlace> {
    const runs = (await attempt(0, found, () => this.#reading.runs())) ?? [];
    const whole = runs.filter(({ to }) => to <= size).map(({ to }) => ({ to, tally: NO_RECORDS }));
    return { runs: whole, from: 0, read: 0, ...UNREAD };
  }

  /** @returns undefined if nothing was left */
  async slice(place: IndexPlace, found: Found): Promise<IndexPlace | undefined> {
    const end = place.runs.at(-1)?.to ?? 0;
    if (place.from >= end) return undefined;
    const run = await attempt(place.from, found, () => this.#runAt(place, end));
    if (run === undefined) return { ...place, from: end };
    return this.#parts(place.run === run.id ? place : { ...place, ...UNREAD, from: run.from, run: run.id }, run, found);
  }

  /** @throws Damaged, DamagedStore */
  #runAt({ from, run }: IndexPlace, end: number): Run {
    if (this.#run !== undefined && this.#run.id === run) return this.#run;
    const runs = this.#reading.runs().filter((one) => one.from < end);
    requireNoGap(runs, end);
    this.#run = runs.find((one) => one.from <= from && from < one.to) as Run;
    return this.#run;
  }

  async #parts(place: IndexPlace, run: Run, found: Found): Promise<IndexPlace> {
    const [from, parts, below] = [place.part, partsOf(run), place.runs.at(-1)?.to ?? 0];
    const to = Math.min(parts, from + SLICE);
    const report = await attempt(run.from, found, () => auditRun(this.#reading.readPart, { run, from, to, below }));
    if (report === undefined) this.#mend?.run(run.id);
    if (report?.gone === true) return this.#again(place, run, found);
    const next = { ...withReport(place, report), part: to };
    if (to < parts) return next;
    await attempt(run.from, found, () => compare(run, next));
    this.#run = undefined;
    return { ...next, ...UNREAD, from: run.to };
  }

  /** A run of which a part is gone has been merged into another, or else it is damaged. */
  async #again(place: IndexPlace, { id, to }: Run, found: Found): Promise<IndexPlace> {
    this.#run = undefined;
    const isThere = this.#reading.runs().some((run) => run.id === id);
    if (isThere) found(`run ${id} of the index has not all of its parts`);
    return { ...place, ...UNREAD, from: isThere ? to : place.from };
  }
}

/** Adds what was read. A part that could not be leaves the run without a tally. */
function withReport(place: IndexPlace, report: RunReport | undefined): IndexPlace {
  if (report === undefined) return { ...place, tally: undefined };
  const { read, records, tally } = place;
  return {
    ...place,
    read: read + report.records,
    records: records + report.records,
    tally: tally && together(tally, report.tally),
  };
}

/** @throws Damaged */
function compare(run: Run, { runs, records, tally }: IndexPlace): void {
  if (tally === undefined) return; // has been said
  const expected = runs.filter(({ to }) => to > run.from && to <= run.to);
  const known = expected.filter((one): one is ExpectedRun => one.tally !== undefined);
  if (known.length === expected.length) return requireRecords(run, { records, tally }, known);
  if (records !== run.records)
    throw new Damaged(run.from, `run ${run.id} of the index has ${records} records, and says ${run.records}`);
}
