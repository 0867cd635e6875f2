import type Database from 'better-sqlite3';
import { Recent } from '../../../../base/recent.ts';
import { packBodies } from '../../../../merkle/entry-bundle.ts';
import { type EntryBundle, WHOLE_BUNDLE_BYTES } from '../../../contract.ts';
import { DamagedStore } from '../../../failures.ts';
import { type Batch, type KeptEntry, readBatch } from './batch-row.ts';
import { BUNDLE_ENTRIES, bodiesInPart, bodyInPart, type BundlePart, PART_ENTRIES } from './bundle-row.ts';
import { type BundleReads, bundleReads } from './bundle-table.ts';
import { entryInGroup, GROUP_ENTRIES, type GroupEntry } from './group-row.ts';

/** Rows of commits kept after they were read, in bytes, unless one says otherwise: the newest entries are asked for most. */
const KEPT = 8 * 1024 * 1024;

/** Bytes of an entry in a bundle, at most: c2sp.org/tlog-tiles, "Log entries". */
const LARGEST_BODY = 2 + 65_535;

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
    const { part } = found;
    const bytes = this.#part(index, part);
    return { ...found, body: inflated(index, () => bodyInPart(bytes, part.plain, index % PART_ENTRIES)) };
  }

  /** An entry that is in no bundle yet. @throws DamagedStore */
  unbundled(index: number): KeptEntry | undefined {
    return this.#batchOf(index)?.entry(index);
  }

  /** The entry's search keys, as `unpackKeys` reads them. */
  keys(index: number): Uint8Array | undefined {
    return this.#batchOf(index)?.entry(index).keys ?? this.#inGroup(index)?.keys;
  }

  /** @throws if there are fewer than `width` entries */
  bundle(number: number, width: number): EntryBundle {
    const stored = width === BUNDLE_ENTRIES ? this.#bundles.stored(number) : undefined;
    if (stored) return stored;
    const first = number * BUNDLE_ENTRIES;
    const [end, length] = [first + width, this.#lengthOf(first, first + width)];
    const step = length <= WHOLE_BUNDLE_BYTES ? width : PART_ENTRIES;
    const read = (from: number): Uint8Array => packBodies(this.#bodies(from, Math.min(from + step, end)));
    const pieces = (): Iterable<Uint8Array> =>
      Iterator.from(Array(Math.ceil(width / step)).keys()).map((i) => read(first + i * step));
    const largestPiece = Math.min(length, step * LARGEST_BODY);
    return { encoding: 'identity', length, plainLength: length, largestPiece, pieces };
  }

  /** Bytes of the entries in a bundle. */
  #lengthOf(from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to;) {
      const batch = this.#batchOf(at);
      const end = Math.min(to, batch?.end ?? endOfPart(at));
      const isWholePart = batch === undefined && at % PART_ENTRIES === 0 && end - at === PART_ENTRIES;
      if (isWholePart) sum += this.#groupOf(at).part.plain;
      else for (const { length } of batch?.bodies(at, end) ?? this.#bodiesInPart(at, end)) sum += 2 + length;
      at = end;
    }
    return sum;
  }

  /** Row by row, part by part. Some may move into a bundle meanwhile. */
  #bodies(from: number, to: number): readonly Uint8Array[] {
    const bodies: Uint8Array[] = [];
    for (let at = from; at < to; at = from + bodies.length) {
      const batch = this.#batchOf(at);
      const end = Math.min(to, batch?.end ?? endOfPart(at));
      bodies.push(...(batch?.bodies(at, end) ?? this.#bodiesInPart(at, end)));
    }
    return bodies;
  }

  /** @param to - at most where the part ends */
  #bodiesInPart(from: number, to: number): readonly Uint8Array[] {
    const { part } = this.#groupOf(from);
    const first = endOfPart(from) - PART_ENTRIES;
    const bytes = this.#part(from, part);
    return inflated(from, () => bodiesInPart(bytes, part.plain)).slice(from - first, to - first);
  }

  #groupOf(index: number): GroupEntry {
    const found = this.#inGroup(index);
    if (found === undefined) throw new DamagedStore(`entry ${index} is missing`);
    return found;
  }

  #part(index: number, place: BundlePart): Uint8Array {
    const part = this.#bundles.part(index, place);
    if (part === undefined) throw new DamagedStore(`the bundle of entry ${index} is missing`);
    return part;
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
    if (found === undefined) throw new DamagedStore(`what is kept of entry ${index} is damaged`);
    return found;
  }
}

const endOfPart = (index: number): number => index - (index % PART_ENTRIES) + PART_ENTRIES;

function inflated<T>(index: number, inflate: () => T): T {
  try {
    return inflate();
  } catch (cause) {
    throw new DamagedStore(`the bundle of entry ${index} is damaged`, { cause });
  }
}

function prepare(db: Database.Database) {
  return {
    first: db.prepare<[number], number>('SELECT first FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1').pluck(),
    batch: db.prepare<[number], Buffer>('SELECT packed FROM batch WHERE first = ?').pluck(),
    group: db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck(),
  };
}
