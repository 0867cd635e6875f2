import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StoreRefused } from '../../../failures.ts';
import { databaseFile, walFile } from './files.ts';
import { APPLICATION_ID, requireOwn } from './own.ts';
import { isWritable, openInReadOnlyFolder } from './read-only.ts';
import { isWantOfRoom, type PendingWal } from './room.ts';
import { type Migration, migrations } from './schema.ts';

/** Milliseconds that a writer waits while the checkpointer moves a WAL that has grown too long. */
const BUSY_TIMEOUT_MS = 60_000;

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
  const db = new Database(databaseFile(folder), { timeout: BUSY_TIMEOUT_MS });
  try {
    requireOwn(db); // before the first change
  } catch (error) {
    db.close();
    throw error;
  }
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
  const db = isWritable(folder) ? new Database(databaseFile(folder), { readonly: true }) : openInReadOnlyFolder(folder);
  db.pragma('mmap_size = 0');
  db.pragma('query_only = ON');
  return db;
}

/** The WAL behind a connection that commits. Nothing waits for a reader, or for the checkpointer. */
export function pendingWal(db: Database.Database): PendingWal {
  const pageBytes = Number(db.pragma('page_size', { simple: true }));
  return {
    unmoved: () => {
      const [row] = db.pragma('wal_checkpoint(NOOP)') as readonly {
        readonly log: number;
        readonly checkpointed: number;
      }[];
      return row === undefined ? 0 : (row.log - row.checkpointed) * pageBytes;
    },
    move: () => void db.pragma('wal_checkpoint(PASSIVE)'),
    shorten: () => {
      db.pragma('busy_timeout = 0');
      try {
        db.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      }
    },
  };
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
      `${db.name} has format ${applied} and this version knows ${steps.length}: start the newer version that wrote it`,
    );
  }
  if (applied < steps.length) migrate(db, steps.slice(applied), steps.length);
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!isWantOfRoom(error, dirname(db.name))) throw error;
    rewriteWal(db); // the checkpointer moves it once there is room
  }
}

const CHUNK_BYTES = 2 ** 20;

/** Writes the WAL over itself, which takes no room, and syncs it. Only while nothing else is open that writes to it. */
function rewriteWal(db: Database.Database): void {
  const file = openSync(walFile(dirname(db.name)), 'r+');
  const chunk = new Uint8Array(CHUNK_BYTES);
  try {
    for (let at = 0, read = 0; (read = readSync(file, chunk, 0, CHUNK_BYTES, at)) > 0; at += read)
      for (let written = 0; written < read;) written += writeSync(file, chunk, written, read - written, at + written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function migrate(db: Database.Database, steps: readonly Migration[], format: number): void {
  db.transaction(() => {
    for (const step of steps) {
      if (typeof step === 'string') db.exec(step);
      else step(db);
    }
    db.pragma(`user_version = ${format}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
}
