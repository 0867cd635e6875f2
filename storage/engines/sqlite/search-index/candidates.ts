import { type Effort, KeyCursor } from '../../../search-index/cursor.ts';
import { MemTable } from '../../../search-index/mem-table.ts';
import type { Records } from '../../../search-index/records.ts';
import { candidatesIn, placeIn, type ReadPart, type Run, type RunPlace } from '../../../search-index/runs.ts';

/** Runs that have been merged less often are so young that the system has their pages in memory: 4 million records. */
const OLD_RUN_MERGES = 2;

/** The index as readers have it: the runs that the writer published last, and what has been released since. */
export class SearchIndexReader {
  readonly #read: ReadPart;
  readonly #fresh = new MemTable();
  #runs: readonly Run[];

  constructor(runs: readonly Run[], read: ReadPart) {
    this.#runs = runs;
    this.#read = read;
  }

  /** Takes the records of one commit, which made the log as large as `to`. A run may have them already. */
  add(records: Records, to: number): void {
    if (to > this.#flushedTo) this.#fresh.add(records);
  }

  adopt(runs: readonly Run[]): void {
    this.#runs = runs;
    this.#fresh.dropBelow(this.#flushedTo);
  }

  /** Indexes of entries that may have a key with this fingerprint: ascending, `from` and later, none left out. */
  *of(fingerprint: number, from: number): Generator<number, undefined> {
    for (const run of this.#runs) yield* candidatesIn(run, this.#read, fingerprint, from);
    yield* this.#fresh.find(fingerprint, from);
    return undefined;
  }

  /** As `of`, for who leaps. To be used up before the thread does anything else. */
  cursor(fingerprint: number, effort: Effort): KeyCursor {
    const fresh = (print: number, from: number): readonly number[] => this.#fresh.find(print, from);
    return new KeyCursor({ runs: this.#runs, read: this.#read, fresh }, fingerprint, effort);
  }

  /** Where `of` would have to look in old runs. Looks nowhere itself. */
  oldPlaces(fingerprint: number): readonly RunPlace[] {
    return this.#runs.flatMap((run) => (run.level < OLD_RUN_MERGES ? [] : (placeIn(run, fingerprint, 0) ?? [])));
  }

  get #flushedTo(): number {
    return this.#runs.at(-1)?.to ?? 0;
  }
}
