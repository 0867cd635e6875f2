import { gunzipSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { EntryBundle } from '../../../contract.ts';
import { type Batch, type KeptEntry, readBatch } from './batch-row.ts';
import { type BundleRow, BUNDLE_ENTRIES, bodyInBundle, firstBodies, GROUP_ENTRIES, packBodies } from './bundle-row.ts';
import { unsealed } from './checksum.ts';
import { entryInGroup, type GroupEntry } from './group-row.ts';

/** Rows of commits kept after they were read, in bytes: the newest entries are asked for most. */
const KEPT = 8 * 1024 * 1024;

/** Where an entry is found: in a bundle, or in the row of its commit until it is in one. */
export class EntryTable {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #batches = new Map<number, Batch>();
  #weight = 0;
  /** Entries before this index are in bundles; later ones may be. */
  #bundled = 0;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  /** Undefined at and beyond the size of the log. @throws if a row is damaged */
  find(index: number): KeptEntry | undefined {
    const batch = this.#batchOf(index);
    if (batch) return batch.entry(index);
    const row = this.#sql.bundle.get(Math.floor(index / BUNDLE_ENTRIES));
    const rest = this.#inGroup(index);
    return row && rest && { ...rest, body: bodyInBundle(row, index % BUNDLE_ENTRIES) };
  }

  /** The entry's search keys, as `unpackKeys` reads them. */
  keys(index: number): Uint8Array | undefined {
    return this.#batchOf(index)?.entry(index).keys ?? this.#inGroup(index)?.keys;
  }

  /** @throws if there are fewer than `width` entries */
  bundle(number: number, width: number): EntryBundle {
    const row = this.#sql.bundle.get(number);
    if (row && width === BUNDLE_ENTRIES) return { encoding: 'gzip', bytes: row.gzip };
    if (row) return { encoding: 'identity', bytes: firstBodies(gunzipSync(row.gzip), width) };
    const bodies = Array.from({ length: width }, (_, i) => this.#body(number * BUNDLE_ENTRIES + i));
    return { encoding: 'identity', bytes: packBodies(bodies) };
  }

  #body(index: number): Uint8Array {
    const kept = this.find(index);
    if (kept === undefined) throw new Error(`entry ${index} is missing`);
    return kept.body;
  }

  #batchOf(index: number): Batch | undefined {
    if (index < this.#bundled) return undefined;
    const first = this.#sql.first.get(index);
    const batch = first === undefined ? undefined : this.#batch(first);
    if (batch?.has(index) === true) return batch;
    this.#bundled = Math.max(this.#bundled, ((this.#sql.newest.get() ?? -1) + 1) * BUNDLE_ENTRIES);
    return undefined;
  }

  #batch(first: number): Batch | undefined {
    const known = this.#batches.get(first);
    const packed = known ? undefined : this.#sql.batch.get(first);
    const batch = known ?? (packed && readBatch(first, packed));
    if (batch === undefined) return undefined;
    this.#keep(batch);
    return batch;
  }

  #keep(batch: Batch): void {
    if (!this.#batches.delete(batch.first)) this.#weight += batch.weight;
    this.#batches.set(batch.first, batch);
    for (const [first, { weight }] of this.#batches) {
      if (this.#weight <= KEPT || first === batch.first) return;
      this.#batches.delete(first);
      this.#weight -= weight;
    }
  }

  #inGroup(index: number): GroupEntry | undefined {
    const place = Math.floor(index / GROUP_ENTRIES);
    const row = this.#sql.group.get(place);
    if (row === undefined) return undefined;
    const bytes = unsealed(place, row);
    if (bytes === undefined) throw new Error(`what is kept of entry ${index} is damaged`);
    return entryInGroup(bytes, index % GROUP_ENTRIES);
  }
}

function prepare(db: Database.Database) {
  return {
    first: db.prepare<[number], number>('SELECT first FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1').pluck(),
    batch: db.prepare<[number], Buffer>('SELECT packed FROM batch WHERE first = ?').pluck(),
    newest: db.prepare<[], number>('SELECT max(number) FROM bundle').pluck(),
    bundle: db.prepare<[number], BundleRow>('SELECT ends, gzip FROM bundle WHERE number = ?'),
    group: db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck(),
  };
}
