import type Database from 'better-sqlite3';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { equalBytes } from '../../../base/bytes.ts';
import { sha256 } from '../../../base/sha256.ts';
import { unpackSearchKeys, WantedKeys } from '../../../entries/search-key-list.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { readSlot, TILE_WIDTH } from '../../../merkle/tile.ts';
import { type LeafHash, type LogIndex, logIndex } from '../../../merkle/types.ts';
import type { EntryReads, StoredEntry } from '../../entries.ts';
import type { SearchIndex, Turn } from '../../search.ts';
import type { TileReads } from '../../tiles.ts';
import { DamagedStore } from '../../failures.ts';
import { join } from '../../search-index/join.ts';
import { explainingEach } from './file/explain.ts';
import type { SearchIndexReader } from './search-index/candidates.ts';
import { findLeaf } from './search-index/find-leaf.ts';
import { fingerprintsOf } from './search-index/secret.ts';
import type { PrefetchThread } from './prefetch/thread.ts';
import { EntryTable } from './rows/entry-table.ts';
import { findTile, tileReader } from './rows/tile-table.ts';

/** Entries and what stands for them: everything that grows. Each statement sees one committed state; no read waits for a writer. */
export function createReader(
  db: Database.Database,
  index: SearchIndexReader,
  prefetch: Pick<PrefetchThread, 'read'>,
): EntryReads & TileReads & SearchIndex {
  const entries = new EntryTable(db);
  return { ...createEntryReader(db, entries), ...createSearch(db, { entries, index, prefetch }) };
}

export function createEntryReader(db: Database.Database, entries = new EntryTable(db)): EntryReads & TileReads {
  const tile = tileReader(db);
  const attestation = attestationReader(db);

  const entry = async (at: LogIndex): Promise<StoredEntry | undefined> => {
    const kept = await entries.read(at);
    if (kept === undefined) return undefined;
    const { body, integratedTime, signedEntryTimestamp, attestation: hash } = kept;
    const stored = { index: at, integratedTime, body, signedEntryTimestamp };
    return hash.length === 0 ? stored : { ...stored, attestation: attested(at, hash) };
  };
  const attested = (at: LogIndex, hash: Uint8Array): Uint8Array => {
    const payload = required(attestation(hash), `the attestation of entry ${at} is missing`);
    if (equalBytes(sha256(payload), hash)) return payload;
    throw new DamagedStore(`the attestation of entry ${at} is damaged`);
  };

  return {
    entry,
    tiles: async (ids) => ids.map(tile),
    bundle: async (number, width) => {
      const bundle = entries.bundle(number, width);
      return { ...bundle, pieces: () => explainingEach(db.name, bundle.pieces()) };
    },
    searchKeys: async (indexes) => indexes.map((at) => unpackSearchKeys(listOf(entries, at))),
  };
}

interface SearchParts {
  readonly entries: EntryTable;
  readonly index: SearchIndexReader;
  readonly prefetch: Pick<PrefetchThread, 'read'>;
}

function createSearch(db: Database.Database, { entries, index, prefetch }: SearchParts): SearchIndex {
  const fingerprints = fingerprintsOf(db);
  const leafAt = leafReader(db, entries);

  const locate = async (leaf: LeafHash, turn: Turn = yieldToEventLoop): Promise<LogIndex | undefined> => {
    const candidates = index.of(fingerprints.ofLeaf(leaf), 0);
    const found = await findLeaf(candidates, (at) => equalBytes(leafAt(at), leaf), turn);
    return found === undefined ? undefined : logIndex(found);
  };

  return {
    locate,
    findDuplicate: async (leaf) => {
      const fingerprint = fingerprints.ofLeaf(leaf);
      const places = index.oldPlaces(fingerprint);
      if (places.length > 0) await prefetch.read({ fingerprint, places });
      return locate(leaf);
    },
    search: async (groups, limits) => {
      const effort = { spent: 0 };
      const wanted = groups.map((keys) => new WantedKeys(keys));
      const holds = (at: number): boolean => {
        const list = listOf(entries, at);
        effort.spent += CONFIRMATION + list.length / BYTES_A_UNIT;
        return wanted.every((keys) => keys.areIn(list));
      };
      const cursors = groups.map((keys) =>
        Array.from(new Set(keys.map((key) => fingerprints.ofKey(key))), (print) => index.cursor(print, effort)),
      );
      const { found, next } = join(cursors, limits, effort, holds);
      return {
        found: found.map(logIndex),
        next: next === undefined ? undefined : logIndex(next),
        effort: effort.spent,
      };
    },
  };
}

/** The cost of reading the list of an entry's keys, and to look through it. */
const CONFIRMATION = 16;
const BYTES_A_UNIT = 128;

function listOf(entries: EntryTable, at: number): Uint8Array {
  return required(entries.keys(at), `entry ${at} has no list of search keys`);
}

/**
 * The leaf hashes of entries that the index has. Of those below a full tile the tile says it, which is checked; it is not made
 * of a body that may be damaged, because then an entry that the log holds would be taken for a new one.
 */
function leafReader(db: Database.Database, entries: EntryTable): (index: number) => LeafHash {
  const tile = findTile(db);
  return (index) => {
    const id = { level: 0, index: Math.floor(index / TILE_WIDTH) };
    const nodes = tile(id);
    if (nodes !== undefined) return readSlot(nodes, index % TILE_WIDTH) as LeafHash;
    const kept = entries.unbundled(index);
    if (kept !== undefined) return hashLeaf(kept.body);
    // Its tile may have been filled, and a bundle made, since the tile was looked for.
    return readSlot(required(tile(id), `tile 0/${id.index} is missing`), index % TILE_WIDTH) as LeafHash;
  };
}

/** @throws DamagedStore */
function required<T>(value: T | undefined, complaint: string): T {
  if (value === undefined) throw new DamagedStore(complaint);
  return value;
}

/** Attestations by the SHA-256 of each. */
export function attestationReader(db: Database.Database): (hash: Uint8Array) => Uint8Array | undefined {
  const sql = db.prepare<[Uint8Array], Buffer>('SELECT payload FROM attestation WHERE hash = ?').pluck();
  return (hash) => sql.get(hash);
}
