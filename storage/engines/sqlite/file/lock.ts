import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StoreRefused } from '../../../failures.ts';
import { makePrivateFolder } from '../../../folders.ts';
import { isNoRoom } from '../../local-files/no-room.ts';
import { type FolderLock, watchFile } from '../../local-files/watched-files.ts';
import { explained, explaining } from './explain.ts';
import { lockFile, lockOwnerFile } from './files.ts';

/** Milliseconds that a process which is just stopping gets to let go of the folder. */
const LOCK_TIMEOUT_MS = 3000;

/**
 * Takes the folder, which is made if it is missing, of a log or of its head journal, for this process. The lock is a database of its own, held in an exclusive transaction: the system
 * lets go of it when the process dies, so there is nothing to clean up after a crash.
 *
 * @param owner - one line that tells another process who holds the folder
 * @throws StoreRefused when another process holds it
 */
export function lockFolder(folder: string, owner: string): FolderLock {
  makePrivateFolder(folder);
  const db = takeLock(folder);
  writeOwner(folder, owner);
  return { folder, file: { ...watchFile(lockFile(folder)), isRemade: true }, [Symbol.dispose]: () => void db.close() };
}

/**
 * Writes nothing: a connection that may would take away the journal that a copy of a running log has beside its lock.
 *
 * @throws StoreRefused when another process holds the folder
 */
export function requireUnlocked(folder: string): void {
  const file = lockFile(folder);
  if (existsSync(file))
    openLock(folder, { readonly: true }, (db) => db.prepare('SELECT 1 FROM sqlite_schema').get()).close();
}

/** The journal of its transaction is in memory: beside the lock it would tell nothing, and be copied with it. */
function takeLock(folder: string): Database.Database {
  return openLock(folder, {}, (db) => {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  });
}

/** @param lock - what waits for another process that holds the folder */
function openLock(folder: string, options: Database.Options, lock: (db: Database.Database) => void): Database.Database {
  const file = lockFile(folder);
  const db = explaining(file, () => new Database(file, { timeout: LOCK_TIMEOUT_MS, ...options }), 'lock');
  try {
    lock(db);
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw explained(error, file, 'lock');
    throw new StoreRefused(
      `${folder} is in use by another process (${ownerOf(folder)}): stop that one first, or give this one a folder of its own`,
    );
  }
  return db;
}

/** On a full disk the next process that comes hears no name. */
function writeOwner(folder: string, owner: string): void {
  try {
    writeFileSync(lockOwnerFile(folder), `${owner}\n`);
  } catch (error) {
    if (!isNoRoom(error)) throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function ownerOf(folder: string): string {
  try {
    return readFileSync(lockOwnerFile(folder), 'utf8').trim();
  } catch {
    return 'which left no name';
  }
}
