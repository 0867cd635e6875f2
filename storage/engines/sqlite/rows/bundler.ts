import type Database from 'better-sqlite3';
import { type EntryFields, readBatch } from './batch-row.ts';
import { BUNDLE_ENTRIES, compressBundle, PART_ENTRIES } from './bundle-row.ts';
import { bundleReads, bundleWriter } from './bundle-table.ts';
import { GROUP_ENTRIES, packGroup } from './group-row.ts';

/** Moves entries from the rows of their commits into bundles, 256 at a time: less than half the size, ready to be served. */
export class Bundler {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #addBundle: ReturnType<typeof bundleWriter>;
  readonly #move: (number: number, entries: readonly EntryFields[]) => void;
  #next: number;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
    this.#addBundle = bundleWriter(db);
    this.#next = bundleReads(db).last() + 1;
    this.#move = db.transaction((number: number, entries: readonly EntryFields[]) => this.#write(number, entries));
  }

  /** Entries before `end` that are in no bundle yet, as far as they fill some. */
  backlog(end: number): number {
    return Math.max(0, Math.floor(end / BUNDLE_ENTRIES) - this.#next) * BUNDLE_ENTRIES;
  }

  /** Makes one bundle: about 3 ms. @param end - entries from here on stay where they are @returns whether there was one to make */
  work(end: number): boolean {
    if (this.backlog(end) === 0) return false;
    const first = this.#next * BUNDLE_ENTRIES;
    this.#move(this.#next, this.#read(first, first + BUNDLE_ENTRIES));
    this.#next += 1;
    return true;
  }

  #read(from: number, to: number): readonly EntryFields[] {
    const entries: EntryFields[] = [];
    for (const { first, packed } of this.#sql.batches.iterate(from, to)) {
      const batch = readBatch(first, packed);
      const end = Math.min(to, first + batch.count);
      for (let index = Math.max(from, first); index < end; index += 1) entries.push(batch.entry(index));
    }
    if (entries.length !== to - from) throw new Error(`entries are missing between ${from} and ${to}`);
    return entries;
  }

  #write(number: number, entries: readonly EntryFields[]): void {
    const bundle = compressBundle(entries.map(({ body }) => body));
    this.#addBundle(number, bundle);
    for (const [i, part] of bundle.parts.entries()) {
      for (let at = i * PART_ENTRIES; at < (i + 1) * PART_ENTRIES; at += GROUP_ENTRIES) {
        const place = (number * BUNDLE_ENTRIES + at) / GROUP_ENTRIES;
        this.#sql.addGroup.run(place, packGroup(place, part, entries.slice(at, at + GROUP_ENTRIES)));
      }
    }
    this.#sql.dropBatches.run((number + 1) * BUNDLE_ENTRIES);
  }
}

function prepare(db: Database.Database) {
  return {
    batches: db.prepare<[number, number], { readonly first: number; readonly packed: Buffer }>(
      'SELECT first, packed FROM batch WHERE first >= (SELECT max(first) FROM batch WHERE first <= ?) AND first < ? ORDER BY first',
    ),
    addGroup: db.prepare('INSERT INTO bundle_group VALUES (?, ?)'),
    // The row that the next bundle begins in stays; those before it have given all they had.
    dropBatches: db.prepare('DELETE FROM batch WHERE first < (SELECT max(first) FROM batch WHERE first <= ?)'),
  };
}
