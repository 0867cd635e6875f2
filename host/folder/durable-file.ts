import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../../base/system-error.ts';
import { syncFolder } from '../../storage/folders.ts';

/** Writes a whole file, for its owner alone, in a folder that is there. Durable once it returns; cut short, it leaves the old one. */
export function writeDurably(file: string, text: string | Uint8Array): void {
  // A file that an interrupted start left under the other name is written over.
  writeSynced(`${file}.new`, 'w', text);
  renameSync(`${file}.new`, file);
  syncFolder(dirname(file));
}

/** As `writeDurably`, but never over a file. @throws an error of the system, EEXIST where there is one */
export function createDurably(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  try {
    writeSynced(fresh, 'wx', text);
    linkSync(fresh, file); // unlike a renaming, it is refused where the name is taken meanwhile
  } finally {
    rmSync(fresh, { force: true });
  }
  syncFolder(dirname(file));
}

function writeSynced(file: string, flags: 'w' | 'wx', text: string | Uint8Array): void {
  const handle = openSync(file, flags, 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Removes a file that may be missing. Durable once it returns. */
export function removeDurably(file: string): void {
  rmSync(file, { force: true });
  syncFolder(dirname(file));
}

const GONE_CODES: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/** Undefined where there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (GONE_CODES.has(systemCode(error))) return undefined;
    throw error instanceof Error ? Object.assign(error, { path: file }) : error; // a folder's EISDIR names no path
  }
}
