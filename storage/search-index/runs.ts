import { addTo, emptyFilter, type Filter, mayHave } from './filter.ts';
import { fingerprintIn, highWord, indexAt, lowerBound, lowWord, RecordList, type Records } from './records.ts';

/** Records in one part: 4,032 bytes, so that a part fits into a page of 4 KiB beside what the page says of itself. */
export const PART_RECORDS = 504;

/** Runs of one level become one run of the next as soon as there are so many. */
export const FAN_IN = 8;

/** All records of the entries `from` up to `to`, sorted, in parts. Runs follow each other without gaps. */
export interface Run {
  readonly id: number;
  /** How often its records have been merged. */
  readonly level: number;
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** The first record of each part. */
  readonly fence: Records;
  readonly filter: Filter;
}

/** Number of parts. */
export function partsOf({ fence }: Pick<Run, 'fence'>): number {
  return fence.length / 2;
}

/** How a part of a run is read: whole, and only of runs that exist. */
export type ReadPart = (run: number, part: number) => Records;

/** Indexes of the run's entries that may have a key with this fingerprint, ascending, `from` and later. */
export function* candidatesIn(run: Run, read: ReadPart, fingerprint: number, from: number): Generator<number> {
  const place = run.to > from ? placeIn(run, fingerprint, from) : undefined;
  if (place !== undefined) yield* candidatesAt(place, read, fingerprint, from);
}

/** Where in a run the records of a fingerprint begin, if they are there. */
export interface RunPlace {
  readonly run: number;
  readonly part: number;
  /** Number of parts that the run has. */
  readonly parts: number;
}

/** Asks memory alone. Undefined if the run has no such record. */
export function placeIn({ id, fence, filter }: Run, fingerprint: number, from: number): RunPlace | undefined {
  if (!mayHave(filter, fingerprint)) return undefined;
  return { run: id, part: firstPart(fence, highWord(fingerprint, from), lowWord(from)), parts: partsOf({ fence }) };
}

/** As `candidatesIn`, for one who knows the place and not the run. */
export function* candidatesAt(
  { run, part, parts }: RunPlace,
  read: ReadPart,
  fingerprint: number,
  from: number,
): Generator<number> {
  const [high, low] = [highWord(fingerprint, from), lowWord(from)];
  for (let at = part; at < parts; at += 1) {
    const records = read(run, at);
    for (let place = lowerBound(records, high, low); place < records.length / 2; place += 1) {
      if (fingerprintIn(records[2 * place + 1] as number) !== fingerprint) return;
      yield indexAt(records, place);
    }
  }
}

/** The part that `(high, low)` is in, or would be: if it is behind that part's end, the next part begins with what follows. */
export function firstPart(fence: Records, high: number, low: number): number {
  return Math.max(0, lowerBound(fence, high, low) - 1);
}

/** A run while it is written: takes records in order, gives parts. */
export class RunBuilder {
  readonly #fence = new RecordList();
  readonly #filter: Filter;
  #part: Records = new Uint32Array(2 * PART_RECORDS);
  #length = 0;
  #records = 0;

  /** @param most - records that will come */
  constructor(most: number) {
    this.#filter = emptyFilter(most);
  }

  /** @returns a part that this record filled */
  add(high: number, low: number): Records | undefined {
    if (this.#length === 0) this.#fence.addAll(Uint32Array.of(low, high));
    this.#part[this.#length] = low;
    this.#part[this.#length + 1] = high;
    this.#length += 2;
    this.#records += 1;
    addTo(this.#filter, fingerprintIn(high));
    return this.#length === this.#part.length ? this.last() : undefined;
  }

  /** The part that is not full, if there is one. */
  last(): Records | undefined {
    if (this.#length === 0) return undefined;
    const part = this.#part.slice(0, this.#length);
    this.#length = 0;
    return part;
  }

  /** Number of parts begun. */
  get parts(): number {
    return this.#fence.size;
  }

  finish(place: Pick<Run, 'id' | 'level' | 'from' | 'to'>): Run {
    return { ...place, records: this.#records, fence: this.#fence.take(), filter: this.#filter };
  }
}

/**
 * The oldest `FAN_IN` runs of the lowest level that has so many; undefined if no level has. They stand beside each other: a
 * run in front of a larger one, as a start makes it of what had waited, counts as large as that one.
 */
export function mergeable(runs: readonly Run[]): readonly Run[] | undefined {
  let level = 0;
  let alike: Run[] = [];
  for (const run of runs.toReversed()) {
    if (run.level > level) {
      if (alike.length >= FAN_IN) break;
      [level, alike] = [run.level, []];
    }
    alike.unshift(run);
  }
  return alike.length >= FAN_IN ? alike.slice(0, FAN_IN) : undefined;
}
