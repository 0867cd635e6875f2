import { mayHave } from './filter.ts';
import { fingerprintIn, highWord, indexAt, lowerBound, lowWord, type Records } from './records.ts';
import { firstPart, type ReadPart, type Run } from './runs.ts';

/** Work of one thread, counted in units of about a microsecond. */
export interface Effort {
  spent: number;
}

/** A step of a cursor, or a run that it passes. */
const STEP = 1;
/** A part of a run, read from the database. */
const PART = 8;

/** The index at one moment. */
export interface IndexView {
  /** One after another. */
  readonly runs: readonly Run[];
  readonly read: ReadPart;
  /** Indexes behind all runs from `from` on, ascending. */
  fresh(fingerprint: number, from: number): readonly number[];
}

/** Candidates of one fingerprint in log order. A leap costs the reading of a few parts, however far it is. */
export class KeyCursor {
  readonly #view: IndexView;
  readonly #fingerprint: number;
  readonly #effort: Effort;
  #run = 0;
  /** The part of the current run that was read last. */
  #part = 0;
  #records: Records | undefined;
  #fresh: readonly number[] | undefined;
  #freshAt = 0;

  constructor(view: IndexView, fingerprint: number, effort: Effort) {
    this.#view = view;
    this.#fingerprint = fingerprint;
    this.#effort = effort;
  }

  /** The first candidate at `from` or later; undefined if there is none. @param from - not less than the last time */
  seek(from: number): number | undefined {
    this.#effort.spent += STEP;
    for (const { runs } = this.#view; this.#run < runs.length; this.#leaveRun()) {
      const run = runs[this.#run] as Run;
      const found = run.to > from ? this.#seekIn(run, from) : undefined;
      if (found !== undefined) return found;
    }
    this.#fresh ??= this.#view.fresh(this.#fingerprint, from);
    while ((this.#fresh[this.#freshAt] ?? from) < from) this.#freshAt += 1;
    return this.#fresh[this.#freshAt];
  }

  #leaveRun(): void {
    this.#run += 1;
    this.#part = 0;
    this.#records = undefined;
    this.#effort.spent += STEP;
  }

  #seekIn(run: Run, from: number): number | undefined {
    if (this.#records === undefined && !mayHave(run.filter, this.#fingerprint)) return undefined;
    const [high, low] = [highWord(this.#fingerprint, from), lowWord(from)];
    const records = this.#partUpTo(run, high, low);
    if (records === undefined) return undefined;
    const place = lowerBound(records, high, low);
    return fingerprintIn(records[2 * place + 1] as number) === this.#fingerprint ? indexAt(records, place) : undefined;
  }

  /** The first part that ends with `(high, low)` or behind it; undefined if it is not of this key. */
  #partUpTo({ id, fence }: Run, high: number, low: number): Records | undefined {
    if (this.#records !== undefined && !isBelow(this.#records, high, low)) return this.#records;
    const part = Math.max(this.#part, firstPart(fence, high, low));
    const records = this.#readPart(id, part);
    if (!isBelow(records, high, low)) return records;
    const next = fence[2 * part + 3];
    return next !== undefined && fingerprintIn(next) === this.#fingerprint ? this.#readPart(id, part + 1) : undefined;
  }

  #readPart(run: number, part: number): Records {
    if (this.#records !== undefined && this.#part === part) return this.#records;
    this.#effort.spent += PART;
    this.#records = this.#view.read(run, part);
    this.#part = part;
    return this.#records;
  }
}

/** Whether all records stand before `(high, low)`. */
function isBelow(records: Records, high: number, low: number): boolean {
  return lowerBound(records, high, low) === records.length / 2;
}
