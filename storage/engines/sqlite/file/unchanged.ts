import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { databaseFile, sideFiles } from './files.ts';

/**
 * For a look that leaves the files as they are, where no other process has the folder.
 *
 * A connection that cannot write also leaves a WAL as it is when it closes, and would leave an empty one where there was
 * none; one that can write takes that away again, and moves a WAL that is not empty into the database.
 */
export function openUnchanged(folder: string): Database.Database {
  const file = databaseFile(folder);
  const hasSideFiles = sideFiles(folder).some((side) => existsSync(side));
  const db = new Database(file, { readonly: hasSideFiles, fileMustExist: true });
  db.pragma('mmap_size = 0');
  db.pragma('query_only = ON');
  return db;
}
