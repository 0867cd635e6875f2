import { STELE } from '../../../../base/stele-command.ts';
import type Database from 'better-sqlite3';
import { hashLeaf } from '../../../../merkle/hash.ts';
import { readSlot, TILE_WIDTH } from '../../../../merkle/tile.ts';
import { DamagedStore, StoreRefused } from '../../../failures.ts';
import type { Fingerprints } from '../../../search-index/fingerprints.ts';
import { type Records, RecordList } from '../../../search-index/records.ts';
import { readBatch } from '../rows/batch-row.ts';
import { BUNDLE_ENTRIES } from '../rows/bundle-row.ts';
import { bundleReads } from '../rows/bundle-table.ts';
import { entriesInGroup, GROUP_ENTRIES } from '../rows/group-row.ts';
import { tileReader } from '../rows/tile-table.ts';

/** Some entries' records, up to the entry `to`. */
export interface Unflushed {
  readonly records: Records;
  readonly to: number;
}

/** Rows that are read at a time. */
const STEP = 32;

/**
 * The records of the entries from `from` on, which no run has, up to the newest head: of those that are in bundles 256 at
 * a time, of the others one commit after another. Leaves come from the tiles, and keys from the lists that are kept.
 *
 * @throws StoreRefused unless the rows follow the last run, and each other, without a gap: what stands in a gap would be
 * in the log and never found again
 * @throws DamagedStore
 */
export function* unflushed(db: Database.Database, fingerprints: Fingerprints, from: number): Generator<Unflushed> {
  const size = db.prepare<[], number | null>('SELECT max(size) FROM head').pluck().get() ?? 0;
  let at = from;
  for (const step of [bundled, batched]) {
    for (const piece of step(db, fingerprints, at)) {
      yield piece;
      at = piece.to;
    }
  }
  if (at !== size) throw gap(at, `the newest head is of ${size}`);
}

function* bundled(db: Database.Database, fingerprints: Fingerprints, from: number): Generator<Unflushed> {
  const end = (bundleReads(db).last() + 1) * BUNDLE_ENTRIES;
  const groups = db.prepare<[number, number], { readonly place: number; readonly packed: Buffer }>(
    'SELECT place, packed FROM bundle_group WHERE place >= ? AND place < ? ORDER BY place',
  );
  const tile = tileReader(db);
  for (let at = from; at < end;) {
    const first = at - (at % BUNDLE_ENTRIES);
    const leaves = tile({ level: 0, index: first / TILE_WIDTH });
    const place = first / GROUP_ENTRIES;
    const rows = groups.all(place, place + BUNDLE_ENTRIES / GROUP_ENTRIES);
    const lists = rows.flatMap((row) => entriesInGroup(row.place, row.packed) ?? []);
    if (lists.length !== BUNDLE_ENTRIES)
      throw new DamagedStore(`what is kept of the entries from ${first} to ${first + BUNDLE_ENTRIES - 1} is damaged`);
    const list = new RecordList();
    for (; at < first + BUNDLE_ENTRIES; at += 1)
      fingerprints.addTo(list, at, readSlot(leaves, at - first), lists[at - first]?.searchKeys ?? NO_KEYS);
    yield { records: list.take(), to: at };
  }
}

const NO_KEYS = new Uint8Array(4);

/** The first row may begin before `from`. */
function* batched(db: Database.Database, fingerprints: Fingerprints, from: number): Generator<Unflushed> {
  const rows = db.prepare<[number, number], { readonly first: number; readonly packed: Buffer }>(
    'SELECT first, packed FROM batch WHERE first >= coalesce((SELECT max(first) FROM batch WHERE first <= ?), 0) ORDER BY first LIMIT ?',
  );
  let at = from;
  for (let found = rows.all(at, STEP); found.length > 0; found = rows.all(at, STEP)) {
    const before = at;
    for (const { first, packed } of found) {
      if (first > at) throw gap(at, `the next that there are begin at ${first}`);
      const batch = readBatch(first, packed);
      const list = new RecordList();
      for (; at < batch.end; at += 1) {
        const { body, searchKeys } = batch.entry(at);
        fingerprints.addTo(list, at, hashLeaf(body), searchKeys);
      }
      if (list.size > 0) yield { records: list.take(), to: at };
    }
    if (at === before) return;
  }
}

function gap(at: number, what: string): StoreRefused {
  return refusalOf(`its entries end at ${at}, and ${what}`);
}

export function refusalOf(damage: string): StoreRefused {
  return new StoreRefused(
    `stele.db is damaged: ${damage}. Restore a whole copy of the data folder, or see what is there with: ${STELE} audit --data FOLDER`,
  );
}
