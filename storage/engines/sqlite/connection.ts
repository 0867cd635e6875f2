import Database from 'better-sqlite3';
import { StoreRefused } from '../../failures.ts';
import { databaseFile } from './files.ts';
import { migrations } from './schema.ts';

/** A WAL of this many pages (16 MiB) is copied into the database. Only writers wait for it. */
const CHECKPOINT_PAGES = 4096;

/**
 * The one connection that writes. `synchronous = FULL` comes after WAL, or this build of SQLite falls back to NORMAL
 * and a commit that resolved would not outlive the power supply.
 */
export function openWriting(folder: string): Database.Database {
  const db = new Database(databaseFile(folder));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('mmap_size = 0');
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return db;
}

export function openReading(folder: string): Database.Database {
  const db = new Database(databaseFile(folder), { readonly: true });
  db.pragma('mmap_size = 0');
  db.pragma('query_only = ON');
  return db;
}

/**
 * Brings the schema up to this version's, whole or not at all, and moves what an earlier process left in the WAL into
 * the database: after a failed fsync the page cache may hold what the disk does not, so what is read from here on has
 * been written once more.
 *
 * @throws StoreRefused when a newer version wrote the folder
 */
export function prepareDatabase(db: Database.Database, steps: readonly string[] = migrations): void {
  const applied = Number(db.pragma('user_version', { simple: true }));
  if (applied > steps.length) {
    throw new StoreRefused(
      `the data folder has format ${applied} and this version knows ${steps.length}: start the newer version that wrote it`,
    );
  }
  if (applied < steps.length) migrate(db, steps.slice(applied), steps.length);
  db.pragma('wal_checkpoint(TRUNCATE)');
}

function migrate(db: Database.Database, steps: readonly string[], format: number): void {
  db.transaction(() => {
    for (const step of steps) db.exec(step);
    db.pragma(`user_version = ${format}`);
  }).immediate();
}
