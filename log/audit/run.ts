import type { ReadPart, Run } from '../../storage/search-index/runs.ts';
import { mayHave } from '../../storage/search-index/filter.ts';
import { fingerprintIn, indexAt, type Records } from '../../storage/search-index/records.ts';
import { MissingPart } from '../../storage/failures.ts';
import { NO_RECORDS, Tallier } from '../../storage/search-index/tally.ts';
import { Damaged, type RunReport } from './reports.ts';

/** Parts `from` up to `to` of a run. */
export interface PartRange {
  readonly run: Run;
  readonly from: number;
  readonly to: number;
  /** Records of entries from this one on are left to a later audit. */
  readonly below: number;
}

/**
 * Whether what is in these parts of a run is found by whoever looks for it: in order, where the fence says, let through by
 * the filter. What must be in them is for others to compare. @throws Damaged
 */
export function auditRun(readPart: ReadPart, unit: PartRange): RunReport {
  try {
    return auditParts(readPart, unit);
  } catch (error) {
    if (error instanceof MissingPart) return { tally: NO_RECORDS, records: 0, gone: true };
    throw error;
  }
}

function auditParts(readPart: ReadPart, { run, from, to, below }: PartRange): RunReport {
  const tallier = new Tallier();
  let records = 0;
  let before = from === 0 ? ([0, 0] as const) : lastOf(readPart(run.id, from - 1));
  for (let part = from; part < to; part += 1) {
    const words = readPart(run.id, part);
    const damaged = (what: string) => new Damaged(run.from, `run ${run.id} of the index, part ${part}: ${what}`);
    if (!run.fence.subarray(2 * part, 2 * part + 2).every((word, i) => word === words[i]))
      throw damaged('it does not begin as the fence says');
    records += words.length / 2;
    for (let place = 0; place < words.length / 2; place += 1) {
      const [low, high] = [words[2 * place] as number, words[2 * place + 1] as number];
      if (high < before[0] || (high === before[0] && low < before[1])) throw damaged('its records are out of order');
      if (!mayHave(run.filter, fingerprintIn(high))) throw damaged('the filter leaves out one of its records');
      if (indexAt(words, place) < below) tallier.add(high, low);
      before = [high, low];
    }
  }
  return { tally: tallier.tally, records, gone: false };
}

function lastOf(words: Records): readonly [number, number] {
  return [words.at(-1) ?? 0, words.at(-2) ?? 0];
}
