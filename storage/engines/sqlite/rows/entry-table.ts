import type Database from 'better-sqlite3';
import { gunzip } from '../../../gunzip.ts';
import { Recent } from '../../../../base/recent.ts';
import { firstBodies, packBodies } from '../../../../merkle/entry-bundle.ts';
import type { EntryBundle } from '../../../contract.ts';
import { type Batch, type KeptEntry, readBatch } from './batch-row.ts';
import { BUNDLE_ENTRIES, bodyInPart, PART_ENTRIES } from './bundle-row.ts';
import { type BundleReads, bundleReads } from './bundle-table.ts';
import { entryInGroup, GROUP_ENTRIES, type GroupEntry } from './group-row.ts';

/** Rows of commits kept after they were read, in bytes, unless one says otherwise: the newest entries are asked for most. */
const KEPT = 8 * 1024 * 1024;

/** Entries kept after they were read: who looks for a hash reads the entry to make sure, and again to answer. */
const REMEMBERED = 64;

/** Where an entry is found: in a bundle, or in the row of its commit until it is in one. */
export class EntryTable {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #bundles: BundleReads;
  readonly #batches = new Map<number, Batch>();
  readonly #found = new Recent<number, KeptEntry>(REMEMBERED);
  readonly #kept: number;
  #weight = 0;
  /** Entries before this index are in bundles; later ones may be. */
  #bundled = 0;

  constructor(db: Database.Database, kept = KEPT) {
    this.#kept = kept;
    this.#sql = prepare(db);
    this.#bundles = bundleReads(db);
  }

  /** Undefined at and beyond the size of the log. @throws if a row is damaged */
  find(index: number): KeptEntry | undefined {
    const known = this.#found.get(index);
    if (known) return known;
    const found = this.#batchOf(index)?.entry(index) ?? this.#inBundle(index);
    if (found) this.#found.set(index, found);
    return found;
  }

  #inBundle(index: number): KeptEntry | undefined {
    const found = this.#inGroup(index);
    if (found === undefined) return undefined;
    const part = this.#bundles.part(index, found.part);
    if (part === undefined) throw new Error(`the bundle of entry ${index} is missing`);
    return { ...found, body: bodyInPart(part, found.part.plain, index % PART_ENTRIES) };
  }

  /** The entry's search keys, as `unpackKeys` reads them. */
  keys(index: number): Uint8Array | undefined {
    return this.#batchOf(index)?.entry(index).keys ?? this.#inGroup(index)?.keys;
  }

  /** @throws if there are fewer than `width` entries */
  bundle(number: number, width: number): EntryBundle {
    const gzip = this.#bundles.whole(number);
    if (gzip && width === BUNDLE_ENTRIES) return { encoding: 'gzip', bytes: gzip };
    if (gzip) return { encoding: 'identity', bytes: firstBodies(gunzip(gzip), width) };
    const first = number * BUNDLE_ENTRIES;
    return { encoding: 'identity', bytes: packBodies(this.#bodies(first, first + width)) };
  }

  /** Row by row. Some may move into a bundle meanwhile. */
  #bodies(from: number, to: number): readonly Uint8Array[] {
    const bodies: Uint8Array[] = [];
    for (let at = from; at < to; at = from + bodies.length) {
      const batch = this.#batchOf(at);
      if (batch === undefined) bodies.push(this.#body(at));
      else for (let index = at; index < Math.min(to, batch.end); index += 1) bodies.push(batch.body(index));
    }
    return bodies;
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
    this.#bundled = Math.max(this.#bundled, (this.#bundles.last() + 1) * BUNDLE_ENTRIES);
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
      if (this.#weight <= this.#kept || first === batch.first) return;
      this.#batches.delete(first);
      this.#weight -= weight;
    }
  }

  #inGroup(index: number): GroupEntry | undefined {
    const group = Math.floor(index / GROUP_ENTRIES);
    const row = this.#sql.group.get(group);
    if (row === undefined) return undefined;
    const found = entryInGroup(group, row, index % GROUP_ENTRIES);
    if (found === undefined) throw new Error(`what is kept of entry ${index} is damaged`);
    return found;
  }
}

function prepare(db: Database.Database) {
  return {
    first: db.prepare<[number], number>('SELECT first FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1').pluck(),
    batch: db.prepare<[number], Buffer>('SELECT packed FROM batch WHERE first = ?').pluck(),
    group: db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck(),
  };
}
