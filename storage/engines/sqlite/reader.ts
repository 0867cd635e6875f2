import type Database from 'better-sqlite3';
import { equalBytes } from '../../../base/bytes.ts';
import { fingerprintOf, fingerprintOfHash, type SearchKey, unpackKeys, WantedKeys } from '../../../entries/key-list.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { type LeafHash, type LogIndex, logIndex } from '../../../merkle/types.ts';
import type { LogReads, LogStore, StoredEntry } from '../../contract.ts';
import { join } from '../../key-index/join.ts';
import type { Candidates } from './index/candidates.ts';
import type { PrefetchThread } from './prefetch/thread.ts';
import { EntryTable } from './rows/entry-table.ts';
import { tilePlace } from './rows/tile-place.ts';

type EntryReads = Pick<LogReads, 'entry' | 'tiles' | 'bundle' | 'searchKeys'>;
type SearchReads = Pick<LogStore, 'locate' | 'findDuplicate' | 'search'>;

/** Entries and what stands for them: everything that grows. Each statement sees one committed state; no read waits for a writer. */
export function createReader(
  db: Database.Database,
  index: Candidates,
  prefetch: Pick<PrefetchThread, 'read'>,
): EntryReads & SearchReads {
  const entries = new EntryTable(db);
  return { ...createEntryReader(db, entries), ...createSearch(entries, index, prefetch) };
}

export function createEntryReader(db: Database.Database, entries = new EntryTable(db)): EntryReads {
  const tile = db.prepare<[number], Buffer>('SELECT nodes FROM tile WHERE place = ?').pluck();
  const attestation = attestationReader(db);

  const entry = (at: LogIndex): StoredEntry | undefined => {
    const kept = entries.find(at);
    if (kept === undefined) return undefined;
    const { body, integratedTime, signedEntryTimestamp, attestation: hash } = kept;
    const stored = { index: at, integratedTime, body, signedEntryTimestamp };
    return hash.length === 0 ? stored : { ...stored, attestation: attested(at, hash) };
  };
  const attested = (at: LogIndex, hash: Uint8Array): Uint8Array =>
    required(attestation(hash), `the attestation of entry ${at} is missing`);

  return {
    entry: async (at) => entry(at),
    tiles: async (ids) =>
      ids.map((id) => required(tile.get(tilePlace(id)), `tile ${id.level}/${id.index} was never committed`)),
    bundle: async (number, width) => entries.bundle(number, width),
    searchKeys: async (indexes) => indexes.map((at) => keysOf(entries, at)),
  };
}

function createSearch(entries: EntryTable, index: Candidates, prefetch: Pick<PrefetchThread, 'read'>): SearchReads {
  const isLeaf = (at: number, leaf: LeafHash): boolean => {
    const kept = entries.find(at);
    return kept !== undefined && equalBytes(hashLeaf(kept.body), leaf);
  };

  const locate = async (leaf: LeafHash): Promise<LogIndex | undefined> => {
    const found = index.of(fingerprintOfHash(leaf), 0).find((at) => isLeaf(at, leaf));
    return found === undefined ? undefined : logIndex(found);
  };

  return {
    locate,
    findDuplicate: async (leaf) => {
      const fingerprint = fingerprintOfHash(leaf);
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
        Array.from(new Set(keys.map(fingerprintOf)), (fingerprint) => index.cursor(fingerprint, effort)),
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

/** What it costs to read the list of an entry's keys, and to look through it. */
const CONFIRMATION = 16;
const BYTES_A_UNIT = 128;

function listOf(entries: EntryTable, at: number): Uint8Array {
  return required(entries.keys(at), `entry ${at} has no list of search keys`);
}

function keysOf(entries: EntryTable, at: LogIndex): readonly SearchKey[] {
  return unpackKeys(listOf(entries, at));
}

function required<T>(value: T | undefined, complaint: string): T {
  if (value === undefined) throw new Error(complaint);
  return value;
}

/** Attestations by the SHA-256 of each. */
export function attestationReader(db: Database.Database): (hash: Uint8Array) => Uint8Array | undefined {
  const sql = db.prepare<[Uint8Array], Buffer>('SELECT payload FROM attestation WHERE hash = ?').pluck();
  return (hash) => sql.get(hash);
}
