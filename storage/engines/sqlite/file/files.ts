import { join } from 'node:path';

/** Names in the data folder that are SQLite's: nothing but SQLite may open them, or their locks are gone. */
export function databaseFile(folder: string): string {
  return join(folder, 'stele.db');
}

/** Has no locks on it: the database and its shared memory have. */
export function walFile(folder: string): string {
  return `${databaseFile(folder)}-wal`;
}

/** Files beside the database while it is open: the write-ahead log and its index. */
export function sideFiles(folder: string): readonly string[] {
  return [walFile(folder), `${databaseFile(folder)}-shm`];
}

export function lockFile(folder: string): string {
  return join(folder, 'lock.db');
}

export function lockOwnerFile(folder: string): string {
  return join(folder, 'lock-owner.txt');
}
