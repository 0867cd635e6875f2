import { PART_RECORDS, partsOf, type ReadPart, type Run, RunBuilder } from './runs.ts';
import type { Records } from './records.ts';

/** Where a merge stands in one of its runs. */
interface Cursor {
  readonly run: Run;
  part: number;
  records: Records;
  /** Offset in words. */
  at: number;
}

/** Several runs becoming one, a few parts at a time, so that it can stand between more urgent work. */
export class Merge {
  readonly #read: ReadPart;
  readonly #cursors: Cursor[];
  readonly #builder: RunBuilder;

  /** @param runs - that follow each other */
  constructor(runs: readonly Run[], read: ReadPart) {
    this.#read = read;
    this.#builder = new RunBuilder(runs.reduce((sum, { records }) => sum + records, 0));
    this.#cursors = runs.map((run) => ({ run, part: 0, records: read(run.id, 0), at: 0 }));
  }

  /** The next parts of the merged run, at most `count`; none once all have been given. */
  next(count: number): readonly Records[] {
    const parts: Records[] = [];
    for (let left = count * PART_RECORDS; left > 0 && this.#cursors.length > 0; left -= 1) {
      const part = this.#step();
      if (part) parts.push(part);
    }
    const last = this.#cursors.length === 0 ? this.#builder.last() : undefined;
    return last ? [...parts, last] : parts;
  }

  finish(place: Pick<Run, 'id' | 'level' | 'from' | 'to'>): Run {
    return this.#builder.finish(place);
  }

  /** Moves the least record of all cursors; an older run's comes first. */
  #step(): Records | undefined {
    let least = this.#cursors[0] as Cursor;
    for (const cursor of this.#cursors) if (isBelow(cursor, least)) least = cursor;
    const part = this.#builder.add(least.records[least.at + 1] as number, least.records[least.at] as number);
    least.at += 2;
    if (least.at === least.records.length) this.#advance(least);
    return part;
  }

  #advance(cursor: Cursor): void {
    cursor.part += 1;
    cursor.at = 0;
    if (cursor.part < partsOf(cursor.run)) cursor.records = this.#read(cursor.run.id, cursor.part);
    else this.#cursors.splice(this.#cursors.indexOf(cursor), 1);
  }
}

function isBelow(a: Cursor, b: Cursor): boolean {
  const [high, other] = [a.records[a.at + 1] as number, b.records[b.at + 1] as number];
  return high < other || (high === other && (a.records[a.at] as number) < (b.records[b.at] as number));
}
