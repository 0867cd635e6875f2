import type Database from 'better-sqlite3';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type {
  LogIdentity,
  LogReads,
  StoredCosignature,
  StoredFreeze,
  StoredHead,
  WitnessClaim,
} from '../../contract.ts';
import type { WitnessedHead, WitnessState } from '../../witness-state.ts';

type Reads = Pick<
  LogReads,
  | 'identity'
  | 'head'
  | 'headAt'
  | 'heads'
  | 'countHeads'
  | 'publishedSize'
  | 'cosignatures'
  | 'lastCosignatures'
  | 'claims'
  | 'frozen'
> &
  Pick<WitnessState, 'witnessed' | 'holder'>;

/** Who the log is, which heads it has had, and what witnesses and our own witness said. */
export function createStateReader(db: Database.Database): Reads {
  const sql = prepare(db);
  const one = (row: HeadRow | undefined): StoredHead | undefined => row && toHead(row);
  return {
    identity: async () => {
      const row = sql.identity.get();
      return row && toIdentity(row);
    },
    head: async () => one(sql.newest.get()),
    headAt: async (size) => one(sql.headAt.get(size)),
    heads: async (below, limit) => sql.heads.all(below, limit).map(toHead),
    countHeads: async (after, limit) => sql.countHeads.get(after, limit) ?? 0,
    publishedSize: async () => {
      const size = sql.published.get();
      return size === undefined ? undefined : treeSize(size);
    },
    cosignatures: async (size) => sql.cosignatures.all(size).map((row) => ({ ...row, size })),
    lastCosignatures: async () => sql.lastCosignatures.all().map((row) => ({ ...row, size: treeSize(row.size) })),
    holder: async (journal) => {
      const row = sql.holder.get(journal);
      return row && { token: row.token, before: row.before ?? undefined };
    },
    claims: async () => sql.claims.all().map((row) => ({ ...row, size: treeSize(row.size) })),
    frozen: async () => sql.frozen.get(),
    witnessed: async () => sql.witnessed.all().map((row) => ({ ...row, ...hashed(row) })),
  };
}

/** Cosignatures that are looked through for the last of each key: a log may have many millions. */
const LATELY = 100_000;

const HEAD = 'SELECT size, root, at, signature, tile_signature, awaits FROM head';

function prepare(db: Database.Database) {
  return {
    identity: db.prepare<[], IdentityRow>(
      'SELECT tree_id, origin, log_id, tile_key_id, start, created, v1_key, tile_key FROM identity',
    ),
    newest: db.prepare<[], HeadRow>(`${HEAD} ORDER BY size DESC LIMIT 1`),
    headAt: db.prepare<[number], HeadRow>(`${HEAD} WHERE size = ?`),
    heads: db.prepare<[number, number], HeadRow>(`${HEAD} WHERE size < ? AND awaits = 0 ORDER BY size DESC LIMIT ?`),
    countHeads: db
      .prepare<[number, number], number>('SELECT count(*) FROM (SELECT 1 FROM head WHERE size > ? LIMIT ?)')
      .pluck(),
    published: db.prepare<[], number>('SELECT size FROM head WHERE awaits = 0 ORDER BY size DESC LIMIT 1').pluck(),
    cosignatures: db.prepare<[number], Omit<StoredCosignature, 'size'>>(
      'SELECT name, key_id AS keyId, signature FROM cosignature WHERE size = ? ORDER BY name, key_id',
    ),
    // SQLite takes the other columns from the row that has the maximum.
    lastCosignatures: db.prepare<[], Omit<StoredCosignature, 'size'> & { readonly size: number }>(
      `SELECT max(size) AS size, name, key_id AS keyId, signature
       FROM (SELECT * FROM cosignature ORDER BY size DESC LIMIT ${LATELY}) GROUP BY name, key_id`,
    ),
    holder: db.prepare<[string], { readonly token: string; readonly before: string | null }>(
      'SELECT token, before FROM journal_holder WHERE journal = ?',
    ),
    claims: db.prepare<[], WitnessClaim>('SELECT witness, size, says, at FROM witness_claim ORDER BY witness'),
    frozen: db.prepare<[], StoredFreeze>('SELECT at, signature FROM frozen'),
    witnessed: db.prepare<[], WitnessedRow>('SELECT origin, size, root, at, note FROM witnessed ORDER BY origin'),
  };
}

interface IdentityRow {
  readonly tree_id: string;
  readonly origin: string;
  readonly log_id: string;
  readonly tile_key_id: string;
  readonly start: number;
  readonly created: number;
  readonly v1_key: string | null;
  readonly tile_key: string | null;
}

interface HeadRow {
  readonly size: number;
  readonly root: Buffer;
  readonly at: number;
  readonly signature: Buffer;
  readonly tile_signature: Buffer | null;
  readonly awaits: number;
}

type WitnessedRow = Pick<WitnessedHead, 'origin' | 'at' | 'note'> & { readonly size: number; readonly root: Buffer };

function toIdentity({ v1_key: v1, tile_key: tile, ...row }: IdentityRow): LogIdentity {
  return {
    treeId: row.tree_id,
    origin: row.origin,
    logId: row.log_id,
    tileKeyId: row.tile_key_id,
    offset: row.start,
    created: row.created,
    publicKeys: v1 === null || tile === null ? undefined : { v1, tile },
  };
}

function toHead({ at, signature, tile_signature: tile, awaits, ...row }: HeadRow): StoredHead {
  return { ...hashed(row), at, signatures: { v1: signature, tile: tile ?? undefined }, awaits: awaits === 1 };
}

function hashed({ size, root }: { readonly size: number; readonly root: Buffer }) {
  return { size: treeSize(size), root: nodeHash(root) as RootHash };
}
