import type Database from 'better-sqlite3';
import { equalBytes } from '../../../base/bytes.ts';
import { lowerCase } from '../../../base/go-case.ts';
import { fingerprintOf, fingerprintOfHash, unpackKeys } from '../../../entries/key-list.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { type LeafHash, type LogIndex, logIndex } from '../../../merkle/types.ts';
import type { LogStore, StoredEntry } from '../../contract.ts';
import type { Candidates } from './index/candidates.ts';
import { EntryTable } from './rows/entry-table.ts';
import { tilePlace } from './rows/tile-place.ts';

type Reads = Pick<LogStore, 'entry' | 'tiles' | 'bundle' | 'locate' | 'indexesOf' | 'searchKeys'>;

/** Entries and what stands for them: everything that grows. Each statement sees one committed state; no read waits for a writer. */
export function createReader(db: Database.Database, index: Candidates): Reads {
  const sql = prepare(db);
  const entries = new EntryTable(db);

  const entry = (at: LogIndex): StoredEntry | undefined => {
    const kept = entries.find(at);
    if (kept === undefined) return undefined;
    const { body, integratedTime, signedEntryTimestamp, attestation } = kept;
    const stored = { index: at, integratedTime, body, signedEntryTimestamp };
    return attestation.length === 0 ? stored : { ...stored, attestation: attested(at, attestation) };
  };
  const attested = (at: LogIndex, hash: Uint8Array): Uint8Array =>
    required(sql.attestation.get(hash), `the attestation of entry ${at} is missing`);
  const keysOf = (at: LogIndex) => unpackKeys(required(entries.keys(at), `entry ${at} has no list of search keys`));
  const isLeaf = (at: number, leaf: LeafHash): boolean => {
    const kept = entries.find(at);
    return kept !== undefined && equalBytes(hashLeaf(kept.body), leaf);
  };

  return {
    entry: async (at) => entry(at),
    tiles: async (ids) =>
      ids.map((id) => required(sql.tile.get(tilePlace(id)), `tile ${id.level}/${id.index} was never committed`)),
    bundle: async (number, width) => entries.bundle(number, width),
    locate: async (leaf) => {
      const found = index.of(fingerprintOfHash(leaf), 0).find((at) => isLeaf(at, leaf));
      return found === undefined ? undefined : logIndex(found);
    },
    indexesOf: async (keys, from, limit) => {
      const wanted = new Set(keys.map(lowerCase));
      const holds = (at: LogIndex) => keysOf(at).some(({ text }) => wanted.has(lowerCase(text)));
      const fingerprints = new Set([...wanted].map(fingerprintOf));
      return merged(Array.from(fingerprints, (fingerprint) => index.of(fingerprint, from)))
        .filter(holds)
        .take(limit)
        .toArray();
    },
    searchKeys: async (indexes) => indexes.map(keysOf),
  };
}

function required<T>(value: T | undefined, complaint: string): T {
  if (value === undefined) throw new Error(complaint);
  return value;
}

/** What any of `lists` has, each once, in log order. */
function* merged(lists: readonly Iterator<number, undefined>[]): Generator<LogIndex> {
  const heads = lists.map((list) => list.next().value);
  for (;;) {
    const least = Math.min(...heads.map((head) => head ?? Infinity));
    if (least === Infinity) return;
    yield logIndex(least);
    for (const [i, list] of lists.entries()) while (heads[i] === least) heads[i] = list.next().value;
  }
}

function prepare(db: Database.Database) {
  return {
    attestation: db.prepare<[Uint8Array], Buffer>('SELECT payload FROM attestation WHERE hash = ?').pluck(),
    tile: db.prepare<[number], Buffer>('SELECT nodes FROM tile WHERE place = ?').pluck(),
  };
}
