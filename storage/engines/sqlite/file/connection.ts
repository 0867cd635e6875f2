import Database from 'better-sqlite3';
import { StoreRefused } from '../../../failures.ts';
import { databaseFile } from './files.ts';
import { type Migration, migrations } from './schema.ts';

/** Milliseconds that a writer waits while the checkpointer moves a WAL that has grown too long. */
const PATIENCE = 60_000;

/**
 * The connection that commits. `synchronous = FULL` comes after WAL, or this build of SQLite falls back to NORMAL and a
 * commit that resolved would not outlive the power supply. Moving the WAL into the database is the checkpointer's.
 */
export function openWriting(folder: string): Database.Database {
  const db = openDeriving(folder);
  db.pragma('synchronous = FULL');
  return db;
}

/**
 * For what can be made again from what was committed. Its writes wait for no disk: they stand in the WAL before the next
 * commit, and are as durable as that.
 */
export function openDeriving(folder: string): Database.Database {
  const db = new Database(databaseFile(folder), { timeout: PATIENCE });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  db.pragma('mmap_size = 0');
  db.pragma('wal_autocheckpoint = 0');
  return db;
}

/**
 * Pages are read, not mapped: where one is missing from memory, a mapping has the system read all around it, megabytes on
 * some disks, while everybody waits; and what a broken disk cannot give ends the process instead of a statement.
 */
export function openReading(folder: string): Database.Database {
  const db = new Database(databaseFile(folder), { readonly: true });
  db.pragma('mmap_size = 0');
  db.pragma('query_only = ON');
  return db;
}

/** 0 if there is nothing in it yet. */
export function formatOf(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Brings the schema up to this version's, whole or not at all, and moves what an earlier process left in the WAL into
 * the database: after a failed fsync the page cache may hold what the disk does not, so what is read from here on has
 * been written once more.
 *
 * @throws StoreRefused when a newer version wrote the folder
 */
export function prepareDatabase(db: Database.Database, steps: readonly Migration[] = migrations): void {
  const applied = formatOf(db);
  if (applied > steps.length) {
    throw new StoreRefused(
      `the data folder has format ${applied} and this version knows ${steps.length}: start the newer version that wrote it`,
    );
  }
  if (applied < steps.length) migrate(db, steps.slice(applied), steps.length);
  db.pragma('wal_checkpoint(TRUNCATE)');
}

function migrate(db: Database.Database, steps: readonly Migration[], format: number): void {
  db.transaction(() => {
    for (const step of steps) {
      if (typeof step === 'string') db.exec(step);
      else step(db);
    }
    db.pragma(`user_version = ${format}`);
  }).immediate();
}
