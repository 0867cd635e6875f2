import type Database from 'better-sqlite3';
import { type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { StoredEntry } from '../../entries.ts';
import type { StoredFreeze, StoredHead } from '../../heads.ts';
import type { UnchangedLog, UnchangedReads } from '../../engine.ts';
import { DamagedStore } from '../../failures.ts';
import type { JournalHolder } from '../../journal.ts';
import type { WitnessedHead } from '../../witness-state.ts';
import { formatOf } from './file/connection.ts';
import { explaining, explainingAll } from './file/explain.ts';
import { databaseFile } from './file/files.ts';
import { requireOwn } from './file/own.ts';
import { migrations } from './file/schema.ts';
import { openUnchanged } from './file/unchanged.ts';
import { openSqliteReading } from './open-reading.ts';
import { readBatch } from './rows/batch-row.ts';
import { tilePlace } from './rows/tile-table.ts';

/**
 * Opens the log in `folder`, of this format or an earlier one, and leaves its files as they are, so that a start can be
 * refused before it brings the database up to date. Needs a folder that no other process has.
 *
 * @throws StoreRefused
 */
export function openSqliteUnchanged(folder: string): UnchangedLog {
  const earlier = openEarlier(folder);
  return earlier ?? Object.assign(openSqliteReading(folder, openUnchanged), { isCurrent: true });
}

/** Undefined for a log of no earlier format. */
function openEarlier(folder: string): UnchangedLog | undefined {
  const file = databaseFile(folder);
  const db = explaining(file, () => openUnchanged(folder));
  try {
    const reads = explaining(file, () => earlierReads(db));
    const close = { [Symbol.dispose]: () => void db.close() };
    if (reads !== undefined) return { ...explainingAll(file, reads), isCurrent: false, ...close };
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return undefined;
}

function earlierReads(db: Database.Database): UnchangedReads | undefined {
  requireOwn(db);
  const format = formatOf(db);
  return format < migrations.length ? createEarlierReader(db, format) : undefined;
}

/** Rows of formats before the current one: the same columns, some of them since a later format, and without checksums. */
function createEarlierReader(db: Database.Database, format: number): UnchangedReads {
  const newest = db.prepare<[], HeadRow>('SELECT size, root, at, signature FROM head ORDER BY size DESC LIMIT 1');
  const count = db
    .prepare<[number, number], number>('SELECT count(*) FROM (SELECT 1 FROM head WHERE size > ? LIMIT ?)')
    .pluck();
  const tile = db.prepare<[number], Buffer>('SELECT nodes FROM tile WHERE place = ?').pluck();
  const entry = format < 2 ? entryReader(db) : batchReader(db);
  return {
    head: async () => {
      const row = newest.get();
      return row && toHead(row);
    },
    countHeads: async (after, limit) => count.get(after, limit) ?? 0,
    tiles: async (ids) =>
      ids.map((id) => {
        const nodes = tile.get(tilePlace(id));
        if (nodes === undefined) throw new DamagedStore(`tile ${id.level}/${id.index} is missing`);
        return nodes;
      }),
    entry: async (index) => entry(index),
    ...createFactReader(db, format),
  };
}

/** Tables that came later hold nothing before. */
function createFactReader(
  db: Database.Database,
  format: number,
): Pick<UnchangedReads, 'frozen' | 'witnessed' | 'holder'> {
  const since = (first: number, sql: string, ...values: readonly unknown[]): readonly unknown[] =>
    format < first ? [] : db.prepare(sql).all(...values);
  return {
    frozen: async () => since(2, 'SELECT at, signature FROM frozen')[0] as StoredFreeze | undefined,
    witnessed: async () =>
      (since(2, 'SELECT origin, size, root, at, note FROM witnessed') as readonly WitnessedRow[]).map((row) => ({
        ...row,
        ...hashed(row),
      })),
    holder: async (journal) => {
      const sql = 'SELECT token, before FROM journal_holder WHERE journal = ?';
      const row = since(5, sql, journal)[0] as HolderRow | undefined;
      return row && { token: row.token, before: row.before ?? undefined };
    },
  };
}

interface HeadRow {
  readonly size: number;
  readonly root: Buffer;
  readonly at: number;
  readonly signature: Buffer;
}

type WitnessedRow = Pick<WitnessedHead, 'origin' | 'at' | 'note'> & Pick<HeadRow, 'size' | 'root'>;
type HolderRow = Pick<JournalHolder, 'token'> & { readonly before: string | null };

function toHead({ at, signature, ...row }: HeadRow): StoredHead {
  return { ...hashed(row), at, signatures: { rekor: signature, c2sp: undefined }, awaitsCosignatures: false };
}

function hashed({ size, root }: Pick<HeadRow, 'size' | 'root'>): TreeHead {
  return { size: treeSize(size), root: nodeHash(root) as RootHash };
}

type FindEntry = (index: StoredEntry['index']) => StoredEntry | undefined;

/** Format 1 had a row for every entry. */
function entryReader(db: Database.Database): FindEntry {
  interface Row {
    readonly integrated_time: number;
    readonly body: Buffer;
    readonly set_v1: Buffer;
  }
  const sql = db.prepare<[number], Row>('SELECT integrated_time, body, set_v1 FROM entry WHERE idx = ?');
  return (index) => {
    const row = sql.get(index);
    return row && { index, integratedTime: row.integrated_time, body: row.body, signedEntryTimestamp: row.set_v1 };
  };
}

/** Of entries that are in no bundle yet, as those behind the last full tile are. */
function batchReader(db: Database.Database): FindEntry {
  const sql = db.prepare<[number], { readonly first: number; readonly packed: Buffer }>(
    'SELECT first, packed FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1',
  );
  return (index) => {
    const row = sql.get(index);
    const batch = row && readBatch(row.first, row.packed);
    if (batch?.has(index) !== true) return undefined;
    const { integratedTime, body, signedEntryTimestamp } = batch.entry(index);
    return { index, integratedTime, body, signedEntryTimestamp };
  };
}
