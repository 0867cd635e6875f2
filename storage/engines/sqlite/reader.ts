import type Database from 'better-sqlite3';
import type { SearchKey } from '../../../entries/kind.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { type LeafHash, type LogIndex, type RootHash, logIndex, nodeHash, treeSize } from '../../../merkle/types.ts';
import { equalBytes } from '../../../base/bytes.ts';
import { lowerCase } from '../../../base/go-case.ts';
import type { LogIdentity, LogStore, StoredEntry, StoredHead } from '../../contract.ts';
import { keyPrefix, leafPrefix, unpackKeys } from './key-list.ts';
import { tilePlace } from './tile-place.ts';

type Reads = Pick<LogStore, 'identity' | 'head' | 'entry' | 'tiles' | 'locate' | 'indexesOf' | 'searchKeys'>;

/** Candidates that one statement brings, at most. */
const STEP = 512;

/** Everything that is asked of the database. Each statement sees one committed state; no read waits for a writer. */
export function createReader(db: Database.Database): Reads {
  const sql = prepare(db);

  const entry = (index: LogIndex): StoredEntry | undefined => {
    const row = sql.entry.get(index);
    return row && toEntry(index, row);
  };
  const keysOf = (index: LogIndex): readonly SearchKey[] => {
    const packed = sql.keys.get(index);
    if (!packed) throw new Error(`entry ${index} has no list of search keys`);
    return unpackKeys(index, packed);
  };
  const isLeaf = (index: number, leaf: LeafHash): boolean => {
    const row = sql.entry.get(index);
    return row !== undefined && equalBytes(hashLeaf(row.body), leaf);
  };

  return {
    identity: async () => sql.identity.get(),
    head: async () => {
      const row = sql.head.get();
      return row && toHead(row);
    },
    entry: async (index) => entry(index),
    tiles: async (ids) =>
      ids.map((id) => {
        const nodes = sql.tile.get(tilePlace(id));
        if (!nodes) throw new Error(`tile ${id.level}/${id.index} was never committed`);
        return nodes;
      }),
    locate: async (leaf) => {
      const found = sql.leaves.all(leafPrefix(leaf)).find((index) => isLeaf(index, leaf));
      return found === undefined ? undefined : logIndex(found);
    },
    indexesOf: async (keys, from, limit) => {
      const wanted = new Set(keys.map(lowerCase));
      const holds = (index: LogIndex) => keysOf(index).some(({ text }) => wanted.has(lowerCase(text)));
      const found = candidates(sql, [...wanted].map(keyPrefix), from, Math.min(STEP, limit));
      return confirmed(found, holds, limit);
    },
    searchKeys: async (indexes) => indexes.map(keysOf),
  };
}

/** All that the index holds under any of `prefixes`, in log order, each once; read `step` at a time. */
function* candidates(sql: Statements, prefixes: readonly bigint[], from: number, step: number): Generator<LogIndex> {
  const lists = prefixes.map((prefix) => candidatesOf(sql, prefix, from, step));
  const heads = lists.map((list) => list.next().value);
  for (;;) {
    const least = Math.min(...heads.map((head) => head ?? Infinity));
    if (least === Infinity) return;
    yield logIndex(least);
    for (const [i, head] of heads.entries()) if (head === least) heads[i] = lists[i]?.next().value;
  }
}

function* candidatesOf(sql: Statements, prefix: bigint, from: number, step: number): Generator<number, undefined> {
  for (let at = from; ;) {
    const found = sql.lookup.all(prefix, at, step);
    yield* found;
    const last = found.at(-1);
    if (last === undefined || found.length < step) return undefined;
    at = last + 1;
  }
}

function confirmed(found: Iterable<LogIndex>, holds: (index: LogIndex) => boolean, limit: number): readonly LogIndex[] {
  const hits: LogIndex[] = [];
  for (const index of found) {
    if (hits.length >= limit) break;
    if (holds(index)) hits.push(index);
  }
  return hits;
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database.Database) {
  return {
    identity: db.prepare<[], LogIdentity>(
      'SELECT tree_id AS treeId, origin, log_id AS logId, tile_key_id AS tileKeyId, start AS offset, created FROM identity',
    ),
    head: db.prepare<[], HeadRow>('SELECT size, root, at, signature FROM head ORDER BY size DESC LIMIT 1'),
    entry: db.prepare<[number], EntryRow>(
      'SELECT integrated_time, body, set_v1, payload FROM entry LEFT JOIN attestation ON hash = attestation WHERE idx = ?',
    ),
    keys: db.prepare<[number], Buffer>('SELECT packed FROM entry_keys WHERE idx = ?').pluck(),
    tile: db.prepare<[number], Buffer>('SELECT nodes FROM tile WHERE place = ?').pluck(),
    leaves: db.prepare<[bigint], number>('SELECT idx FROM leaf WHERE prefix = ? ORDER BY idx').pluck(),
    lookup: db
      .prepare<[bigint, number, number], number>(
        'SELECT idx FROM lookup WHERE prefix = ? AND idx >= ? ORDER BY idx LIMIT ?',
      )
      .pluck(),
  };
}

interface HeadRow {
  readonly size: number;
  readonly root: Buffer;
  readonly at: number;
  readonly signature: Buffer;
}

interface EntryRow {
  readonly integrated_time: number;
  readonly body: Buffer;
  readonly set_v1: Buffer;
  readonly payload: Buffer | null;
}

function toHead({ size, root, at, signature }: HeadRow): StoredHead {
  return { size: treeSize(size), root: nodeHash(root) as RootHash, at, signature };
}

function toEntry(index: LogIndex, { integrated_time, body, set_v1, payload }: EntryRow): StoredEntry {
  const entry = { index, integratedTime: integrated_time, body, signedEntryTimestamp: set_v1 };
  return payload === null ? entry : { ...entry, attestation: payload };
}
