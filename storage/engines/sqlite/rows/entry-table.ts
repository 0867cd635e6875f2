import type Database from 'better-sqlite3';
import { LruMap } from '../../../../base/lru-map.ts';
import { packBodies } from '../../../../merkle/entry-bundle.ts';
import { type EntryBundle, WHOLE_BUNDLE_BYTES } from '../../../entries.ts';
import { DamagedStore } from '../../../failures.ts';
import { type Batch, type EntryFields, readBatch } from './batch-row.ts';
import {
  BUNDLE_ENTRIES,
  bodiesInPart,
  anyBodyInPart,
  bodyInPart,
  type BundlePart,
  PART_ENTRIES,
} from './bundle-row.ts';
import { type BundleReads, bundleReads } from './bundle-table.ts';
import { entryInGroup, GROUP_ENTRIES, type GroupFields } from './group-row.ts';
import { inflated, inflatedLater } from './damage.ts';

/** Rows of commits kept after they were read, in bytes, unless one says otherwise: the newest entries are asked for most. */
const KEPT_BYTES = 8 * 1024 * 1024;

/** Bytes that a piece of a large bundle has at least, but for its last: rows of commits may be small. */
const PIECE_BYTES = 64 * 1024;

/** Rows of commits whose lengths of bodies are kept after they were read. */
const LENGTHS = 1024;

/** Bytes of the bodies of a commit in a bundle. */
interface BatchLengths {
  readonly first: number;
  /** Index behind its last entry. */
  readonly end: number;
  readonly lengths: Uint32Array;
}

/** Entries kept after they were read: who looks for a hash reads the entry to make sure, and again to answer. */
const REMEMBERED_ENTRIES = 64;

/** Where an entry is found: in a bundle, or in the row of its commit until it is in one. */
export class EntryTable {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #bundles: BundleReads;
  readonly #batches = new Map<number, Batch>();
  readonly #found = new LruMap<number, EntryFields>(REMEMBERED_ENTRIES);
  readonly #lengths = new LruMap<number, BatchLengths>(LENGTHS);
  readonly #kept: number;
  #weight = 0;
  /** Entries before this index are in bundles; later ones may be. Undefined before the first read. */
  #bundled: number | undefined;

  constructor(db: Database.Database, kept = KEPT_BYTES) {
    this.#kept = kept;
    this.#sql = prepare(db);
    this.#bundles = bundleReads(db);
  }

  /** Undefined at and beyond the size of the log. @throws if a row is damaged */
  find(index: number): EntryFields | undefined {
    return this.#known(index) ?? this.#keepFound(index, this.#inBundle(index, bodyInPart));
  }

  /** As `find`. Long entries are inflated beside this thread. */
  async read(index: number): Promise<EntryFields | undefined> {
    const known = this.#known(index);
    if (known) return known;
    const found = this.#inBundle(index, anyBodyInPart);
    return found && this.#keepFound(index, { ...found, body: await inflatedLater(index, found.body) });
  }

  #known(index: number): EntryFields | undefined {
    return this.#found.get(index) ?? this.#keepFound(index, this.#batchOf(index)?.entry(index));
  }

  #keepFound(index: number, found: EntryFields | undefined): EntryFields | undefined {
    if (found) this.#found.set(index, found);
    return found;
  }

  #inBundle<Body>(
    index: number,
    inflate: (part: Uint8Array, plain: number, place: number) => Body,
  ): (GroupFields & { readonly body: Body }) | undefined {
    const found = this.#inGroup(index);
    if (found === undefined) return undefined;
    const { part } = found;
    const bytes = this.#part(index, part);
    return { ...found, body: inflated(index, () => inflate(bytes, part.plain, index % PART_ENTRIES)) };
  }

  /** An entry that is in no bundle yet. @throws DamagedStore */
  unbundled(index: number): EntryFields | undefined {
    return this.#batchOf(index)?.entry(index);
  }

  /** The entry's search keys, as `unpackSearchKeys` reads them. */
  keys(index: number): Uint8Array | undefined {
    return this.#batchOf(index)?.entry(index).searchKeys ?? this.#inGroup(index)?.searchKeys;
  }

  /** @throws if there are fewer than `width` entries */
  bundle(number: number, width: number): EntryBundle {
    const stored = width === BUNDLE_ENTRIES ? this.#bundles.stored(number) : undefined;
    if (stored) return stored;
    const first = number * BUNDLE_ENTRIES;
    const end = first + width;
    const { length, largest } = this.#extentOf(first, end);
    if (length <= WHOLE_BUNDLE_BYTES) {
      const pieces = (): Iterable<Uint8Array> => [this.#piece(first, end, length).bytes];
      return { encoding: 'identity', length, plainLength: length, largestPiece: length, pieces };
    }
    const pieces = (): Iterable<Uint8Array> => this.#pieces(first, end);
    return { encoding: 'identity', length, plainLength: length, largestPiece: PIECE_BYTES + largest, pieces };
  }

  /** Bytes that entries have in a bundle, and the most of them that come from one row. */
  #extentOf(from: number, to: number): { readonly length: number; readonly largest: number } {
    let [length, largest] = [0, 0];
    for (let at = from; at < to;) {
      const batch = this.#lengthsAt(at);
      const end = Math.min(to, batch?.end ?? endOfPart(at));
      const bytes = batch
        ? sum(batch.lengths.subarray(at - batch.first, end - batch.first))
        : this.#lengthInPart(at, end);
      [at, length, largest] = [end, length + bytes, Math.max(largest, bytes)];
    }
    return { length, largest };
  }

  /** To know how long a bundle is, a row of its entries is read once, not each time. */
  #lengthsAt(index: number): BatchLengths | undefined {
    const first = this.#isBundled(index) ? undefined : this.#sql.first.get(index);
    const known = first === undefined ? undefined : this.#lengths.get(first);
    if (known !== undefined && index < known.end) return known;
    const batch = this.#batchOf(index);
    if (batch === undefined) return undefined;
    const { first: from, end } = batch;
    const lengths = { first: from, end, lengths: Uint32Array.from(batch.bodies(from, end), (body) => 2 + body.length) };
    this.#lengths.set(from, lengths);
    return lengths;
  }

  #lengthInPart(from: number, to: number): number {
    if (to - from === PART_ENTRIES) return this.#groupOf(from).part.plain;
    return sum(this.#bodiesInPart(from, to).map((body) => 2 + body.length));
  }

  *#pieces(from: number, to: number): Generator<Uint8Array> {
    for (let at = from; at < to;) {
      const { bytes, end } = this.#piece(at, to, PIECE_BYTES);
      at = end;
      yield bytes;
    }
  }

  /** The entries from `from` on, as many rows or parts of them as it takes for so many bytes. Some may move into a bundle meanwhile. */
  #piece(from: number, to: number, bytes: number): { readonly bytes: Uint8Array; readonly end: number } {
    const bodies: Uint8Array[] = [];
    let [at, length] = [from, 0];
    while (at < to && length < bytes) {
      const batch = this.#batchOf(at);
      const end = Math.min(to, batch?.end ?? endOfPart(at));
      const found = batch?.bodies(at, end) ?? this.#bodiesInPart(at, end);
      bodies.push(...found);
      [at, length] = [end, length + sum(found.map((body) => 2 + body.length))];
    }
    return { bytes: packBodies(bodies), end: at };
  }

  /** @param to - at most where the part ends */
  #bodiesInPart(from: number, to: number): readonly Uint8Array[] {
    const { part } = this.#groupOf(from);
    const first = endOfPart(from) - PART_ENTRIES;
    const bytes = this.#bundles.checkedPart(from, part);
    return inflated(from, () => bodiesInPart(bytes, part.plain)).slice(from - first, to - first);
  }

  #groupOf(index: number): GroupFields {
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
    if (this.#isBundled(index)) return undefined;
    const first = this.#sql.first.get(index);
    const batch = first === undefined ? undefined : this.#batch(first);
    if (batch?.has(index) === true) return batch;
    this.#bundled = this.#endOfBundles();
    return undefined;
  }

  /** Of an entry in a bundle no row of a commit is looked for: it depends on no page of those. */
  #isBundled(index: number): boolean {
    return index < (this.#bundled ??= this.#endOfBundles());
  }

  #endOfBundles(): number {
    return (this.#bundles.last() + 1) * BUNDLE_ENTRIES;
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

  #inGroup(index: number): GroupFields | undefined {
    const group = Math.floor(index / GROUP_ENTRIES);
    const row = this.#sql.group.get(group);
    if (row === undefined) return undefined;
    const found = entryInGroup(group, row, index % GROUP_ENTRIES);
    if (found === undefined) throw new DamagedStore(`what is kept of entry ${index} is damaged`);
    return found;
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}

const endOfPart = (index: number): number => index - (index % PART_ENTRIES) + PART_ENTRIES;

function prepare(db: Database.Database) {
  return {
    first: db.prepare<[number], number>('SELECT first FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1').pluck(),
    batch: db.prepare<[number], Buffer>('SELECT packed FROM batch WHERE first = ?').pluck(),
    group: db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck(),
  };
}
