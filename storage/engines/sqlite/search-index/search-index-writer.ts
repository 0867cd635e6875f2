import { Merge } from '../../../search-index/merge.ts';
import { type Records, RecordList, sortRecords } from '../../../search-index/records.ts';
import { FAN_IN, mergeable, type Run, RunBuilder } from '../../../search-index/runs.ts';
import { isDamageOfFile } from '../rows/damage.ts';
import type { RunTable } from './run-table.ts';

/** Records that wait in memory until they become a run: those of some 20,000 entries, read again at every start. */
export const RUN_RECORDS = 65_536;

/** Parts that are merged, read and written in one go: about 3 ms. */
const MERGED_PARTS = 32;

/** How often the records of one run would have been merged by the time that there are so many: four million. */
const CAUGHT_UP_MERGES = 2;

interface Merging {
  readonly merge: Merge;
  readonly id: number;
  readonly runs: readonly Run[];
  parts: number;
}

/** Keeps the index on the writer's thread: gathers the records of new entries, writes runs, merges them. */
export class SearchIndexWriter {
  readonly #table: RunTable;
  readonly #published: (runs: readonly Run[]) => void;
  readonly #runRecords: number;
  readonly #fresh = new RecordList();
  #runs: readonly Run[];
  #to: number;
  #merging: Merging | undefined;
  #adopted = true;
  #damaged = false;

  /**
   * @param published - told the runs there are, each time they change. Those that are gone are kept until `adopted`
   * @param runRecords - records that become a run
   */
  constructor(table: RunTable, published: (runs: readonly Run[]) => void, runRecords = RUN_RECORDS) {
    this.#runRecords = runRecords;
    this.#table = table;
    this.#published = published;
    this.#runs = table.runs();
    this.#to = this.flushedTo;
  }

  /** The records that are in no run yet. */
  get fresh(): Records {
    return this.#fresh.all().slice();
  }

  /** How many records are in no run yet. */
  get unflushed(): number {
    return this.#fresh.size;
  }

  /** Entries before this index have been taken. */
  get to(): number {
    return this.#to;
  }

  get runs(): readonly Run[] {
    return this.#runs;
  }

  /** Entries before this index are in runs. */
  get flushedTo(): number {
    return this.#runs.at(-1)?.to ?? 0;
  }

  /** Takes the records of the entries up to `to`. */
  add(records: Records, to: number): void {
    this.#fresh.addAll(records);
    this.#to = to;
  }

  /** The readers hold the newest runs: what the others were made of may go. */
  adopted(): void {
    this.#adopted = true;
  }

  /** Does some of what can wait. @returns whether there was anything to do @throws DamagedStore, after which nothing is merged any more */
  work(): boolean {
    if (this.flush()) return true;
    this.#merging ??= this.#begin();
    if (this.#merging) return this.#merge(this.#merging);
    return this.#adopted && this.#table.sweep();
  }

  /** Records of entries that have been there for long become runs as large as merges would have made them. */
  catchUp(): void {
    this.flush(this.#runRecords * FAN_IN ** CAUGHT_UP_MERGES);
  }

  /** Writes a run if there are enough records for one. @param least - records that are enough */
  flush(least = this.#runRecords): boolean {
    if (this.#fresh.size < least) return false;
    const records = this.#fresh.take();
    sortRecords(records);
    const builder = new RunBuilder(records.length / 2);
    const parts: Records[] = [];
    for (let at = 0; at < records.length; at += 2) {
      const part = builder.add(records[at + 1] as number, records[at] as number);
      if (part) parts.push(part);
    }
    const last = builder.last();
    const id = this.#newId();
    const level = this.#levelOf(records.length / 2);
    try {
      this.#table.writeParts(id, 0, last ? [...parts, last] : parts);
      this.#publish(builder.finish({ id, level, from: this.flushedTo, to: this.#to }), []);
    } catch (error) {
      this.#fresh.addAll(records); // for another time: what was written of the run is to be deleted
      throw error;
    }
    return true;
  }

  #levelOf(records: number): number {
    return Math.max(0, Math.floor(Math.log(records / this.#runRecords) / Math.log(FAN_IN)));
  }

  #begin(): Merging | undefined {
    const runs = this.#damaged ? undefined : mergeable(this.#runs);
    if (runs === undefined) return undefined;
    return this.#sound(() => ({ merge: new Merge(runs, this.#table.readPart), id: this.#newId(), runs, parts: 0 }));
  }

  /** Runs `read`, and keeps damaged runs out of merges: such a run stays as it is until the next start makes it again. */
  #sound<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (isDamageOfFile(error)) [this.#damaged, this.#merging] = [true, undefined];
      throw error;
    }
  }

  /** A merge that fails begins anew another time: what it wrote is to be deleted. */
  #merge(merging: Merging): boolean {
    try {
      return this.#mergeSome(merging);
    } catch (error) {
      this.#merging = undefined;
      throw error;
    }
  }

  #mergeSome(merging: Merging): boolean {
    const { merge, id, runs } = merging;
    const parts = this.#sound(() => merge.next(MERGED_PARTS));
    if (parts.length > 0) {
      this.#table.writeParts(id, merging.parts, parts);
      merging.parts += parts.length;
      return true;
    }
    this.#merging = undefined;
    const [first, last] = [runs[0] as Run, runs[FAN_IN - 1] as Run];
    const level = 1 + Math.max(...runs.map((run) => run.level));
    this.#publish(merge.finish({ id, level, from: first.from, to: last.to }), runs);
    return true;
  }

  /** A merge that is under way has its number already. */
  #newId(): number {
    return Math.max(this.#table.newId(), (this.#merging?.id ?? 0) + 1);
  }

  #publish(run: Run, replaced: readonly Run[]): void {
    this.#table.publish(run, replaced);
    const kept = this.#runs.filter((one) => !replaced.includes(one));
    this.#runs = [...kept, run].sort((a, b) => a.from - b.from);
    this.#adopted = false;
    this.#published(this.#runs);
  }
}
