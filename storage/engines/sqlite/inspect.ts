import { existsSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { FoundDatabase, LogIdentity } from '../../identity.ts';
import { StoreRefused } from '../../failures.ts';
import { formatOf } from './file/connection.ts';
import { explaining } from './file/explain.ts';
import { databaseFile } from './file/files.ts';
import { requireOwn } from './file/own.ts';
import { migrations } from './file/schema.ts';
import { openUnchanged } from './file/unchanged.ts';

/**
 * Looks at the database in `folder`, of whatever format, and leaves its files as they are, so that a start can be refused
 * before it has written anything.
 *
 * @throws StoreRefused for what is no database of ours, is damaged, or was written by a newer version
 */
export function inspectDatabase(folder: string): FoundDatabase {
  const file = databaseFile(folder);
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return { state: 'missing' };
  // A journal of SQLite's first mode is there only before the database has its first table.
  if (size === 0 || existsSync(`${file}-journal`)) return { state: 'empty' };
  return explaining(file, () => {
    const db = openUnchanged(folder);
    try {
      requireOwn(db);
      return read(db);
    } finally {
      db.close();
    }
  });
}

interface IdentityRow {
  readonly tree_id: string;
  readonly origin: string;
  readonly log_id: string;
  readonly tile_key_id: string;
  readonly start: number;
  readonly created: number;
  /** These two since format 2. */
  readonly v1_key?: string | null;
  readonly tile_key?: string | null;
}

function read(db: Database.Database): FoundDatabase {
  const format = formatOf(db);
  if (format === 0) return { state: 'empty' };
  if (format > migrations.length)
    throw new StoreRefused(
      `${db.name} has format ${format} and this version knows ${migrations.length}: start the newer version that wrote it`,
    );
  const row = db.prepare<[], IdentityRow>('SELECT * FROM identity').get();
  if (row === undefined) return { state: 'empty' };
  const head = db
    .prepare<[], { readonly size: number; readonly root: Uint8Array }>(
      'SELECT size, root FROM head ORDER BY size DESC LIMIT 1',
    )
    .get();
  return {
    state: 'log',
    identity: toIdentity(row),
    head: head && { size: treeSize(head.size), root: nodeHash(new Uint8Array(head.root)) as RootHash },
    frozen: format > 1 && db.prepare('SELECT 1 FROM frozen').get() !== undefined,
  };
}

function toIdentity(row: IdentityRow): LogIdentity {
  const { v1_key: rekor, tile_key: c2sp } = row;
  return {
    treeId: row.tree_id,
    origin: row.origin,
    logId: row.log_id,
    c2spKeyId: row.tile_key_id,
    publicKeys: typeof rekor === 'string' && typeof c2sp === 'string' ? { rekor, c2sp } : undefined,
    offset: row.start,
    created: row.created,
  };
}
