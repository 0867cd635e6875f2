import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseFile, sideFiles } from './files.ts';
import {
  hasWal,
  isWritable,
  openBesideWal,
  openImmutable,
  openInReadOnlyFolder,
  requireWalHeader,
} from './read-only.ts';

/**
 * For a look that leaves the files as they are, where no other process has the folder. Only a WAL without its index, as in
 * a copy that left that out, gets one: it cannot be read otherwise.
 */
export function openUnchanged(folder: string): Database.Database {
  const db = openQuietly(folder);
  db.pragma('mmap_size = 0');
  db.pragma('query_only = ON');
  return db;
}

function openQuietly(folder: string): Database.Database {
  if (!hasWal(folder)) return openImmutable(folder);
  requireWalHeader(folder);
  if (sideFiles(folder).every((side) => existsSync(side))) return openBesideWal(folder);
  if (!isWritable(folder)) return openInReadOnlyFolder(folder);
  return new Database(databaseFile(folder), { readonly: true, fileMustExist: true });
}
