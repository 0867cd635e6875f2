import type Database from 'better-sqlite3';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { LogReads } from '../../contract.ts';
import type { StoredCosignature, WitnessClaim } from '../../cosignatures.ts';
import type { StoredFreeze, StoredHead } from '../../heads.ts';
import type { LogIdentity } from '../../identity.ts';
import type { HistoryReads } from '../../history.ts';
import type { WitnessedHead, WitnessState } from '../../witness-state.ts';
import { checkRow, selectFrom } from './rows/state-row.ts';

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
  Pick<WitnessState, 'witnessed' | 'holder'> &
  Pick<HistoryReads, 'headsAfter' | 'cosignaturesFrom'>;

/** Reads the log's identity and heads, and the words of witnesses and of our own witness. */
export function createStateReader(db: Database.Database): Reads {
  const sql = prepare(db);
  const one = (row: Summed<HeadRow> | undefined): StoredHead | undefined => row && toHead(row);
  return {
    identity: async () => {
      const row = sql.identity.get();
      return row && toIdentity(checkRow('identity', row));
    },
    head: async () => one(sql.newest.get()),
    headAt: async (size) => one(sql.headAt.get(size)),
    heads: async (below, limit) => sql.heads.all(below, limit).map(toHead),
    countHeads: async (after, limit) => sql.countHeads.get(after, limit) ?? 0,
    headsAfter: async (after, limit) => sql.headsAfter.all(after, limit).map(toHead),
    publishedSize: async () => one(sql.published.get())?.size,
    cosignaturesFrom: async (from, limit) => sql.cosignaturesFrom.all(from, limit).map(toCosignature),
    cosignatures: async (size) => sql.cosignatures.all(size).map(toCosignature),
    lastCosignatures: async () => sql.lastCosignatures.all().map(toCosignature),
    claims: async () => sql.claims.all().map(toClaim),
    frozen: async () => {
      const row = sql.frozen.get();
      return row && toFreeze(row);
    },
    holder: async (journal) => {
      const row = sql.holder.get(journal);
      return row && toHolder(row);
    },
    witnessed: async () => sql.witnessed.all().map(toWitnessed),
  };
}

/** Cosignatures that are looked through for the last of each key: a log may have many millions. */
const RECENT_COSIGNATURES = 100_000;

const HEAD = selectFrom('head');

function prepare(db: Database.Database) {
  return {
    identity: db.prepare<[], Summed<IdentityRow>>(selectFrom('identity')),
    newest: db.prepare<[], Summed<HeadRow>>(`${HEAD} ORDER BY size DESC LIMIT 1`),
    headAt: db.prepare<[number], Summed<HeadRow>>(`${HEAD} WHERE size = ?`),
    heads: db.prepare<[number, number], Summed<HeadRow>>(
      `${HEAD} WHERE size < ? AND awaits = 0 ORDER BY size DESC LIMIT ?`,
    ),
    headsAfter: db.prepare<[number, number], Summed<HeadRow>>(`${HEAD} WHERE size > ? ORDER BY size LIMIT ?`),
    countHeads: db
      .prepare<[number, number], number>('SELECT count(*) FROM (SELECT 1 FROM head WHERE size > ? LIMIT ?)')
      .pluck(),
    published: db.prepare<[], Summed<HeadRow>>(`${HEAD} WHERE awaits = 0 ORDER BY size DESC LIMIT 1`),
    cosignatures: db.prepare<[number], Summed<CosignatureRow>>(
      `${selectFrom('cosignature')} WHERE size = ? ORDER BY name, key_id`,
    ),
    cosignaturesFrom: db.prepare<[number, number], Summed<CosignatureRow>>(
      `${selectFrom('cosignature')} WHERE size >= ? ORDER BY size, name, key_id LIMIT ?`,
    ),
    // SQLite takes the other columns from the row that has the maximum.
    lastCosignatures: db.prepare<[], Summed<CosignatureRow>>(
      `SELECT max(size) AS size, name, key_id, signature, checksum
       FROM (SELECT * FROM cosignature ORDER BY size DESC LIMIT ${RECENT_COSIGNATURES}) GROUP BY name, key_id`,
    ),
    holder: db.prepare<[string], Summed<HolderRow>>(`${selectFrom('journal_holder')} WHERE journal = ?`),
    claims: db.prepare<[], Summed<WitnessClaim>>(`${selectFrom('witness_claim')} ORDER BY witness`),
    frozen: db.prepare<[], Summed<StoredFreeze>>(selectFrom('frozen')),
    witnessed: db.prepare<[], Summed<WitnessedRow>>(`${selectFrom('witnessed')} ORDER BY origin`),
  };
}

/** A row as it is read, before it is checked. */
type Summed<Row> = Row & { readonly checksum: number | null };

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

function toIdentity({ v1_key: rekor, tile_key: c2sp, ...row }: IdentityRow): LogIdentity {
  return {
    treeId: row.tree_id,
    origin: row.origin,
    logId: row.log_id,
    c2spKeyId: row.tile_key_id,
    offset: row.start,
    created: row.created,
    publicKeys: rekor === null || c2sp === null ? undefined : { rekor, c2sp },
  };
}

interface CosignatureRow {
  readonly size: number;
  readonly name: string;
  readonly key_id: Buffer;
  readonly signature: Buffer;
}

function toCosignature(row: Summed<CosignatureRow>): StoredCosignature {
  const { size, name, key_id: keyId, signature } = checkRow('cosignature', row);
  return { size: treeSize(size), name, keyId, signature };
}

interface HolderRow {
  readonly token: string;
  readonly before: string | null;
}

function toHolder(row: Summed<HolderRow>) {
  const { token, before } = checkRow('journal_holder', row);
  return { token, before: before ?? undefined };
}

function toClaim(row: Summed<WitnessClaim>): WitnessClaim {
  const { witness, size, says, at } = checkRow('witness_claim', row);
  return { witness, size: treeSize(size), says, at };
}

function toFreeze(row: Summed<StoredFreeze>): StoredFreeze {
  const { at, signature } = checkRow('frozen', row);
  return { at, signature };
}

function toWitnessed(row: Summed<WitnessedRow>): WitnessedHead {
  const { origin, at, note } = checkRow('witnessed', row);
  return { origin, at, note, ...hashed(row) };
}

function toHead(stored: Summed<HeadRow>): StoredHead {
  const { at, signature, tile_signature: tile, awaits, ...row } = checkRow('head', stored);
  return {
    ...hashed(row),
    at,
    signatures: { rekor: signature, c2sp: tile ?? undefined },
    awaitsCosignatures: awaits === 1,
  };
}

function hashed({ size, root }: { readonly size: number; readonly root: Buffer }) {
  return { size: treeSize(size), root: nodeHash(root) as RootHash };
}
