import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../../base/system-error.ts';

let written = 0;

/**
 * Replaces a file whole, or not at all, and makes the folder it stands in, both for their owner alone. Durable once it
 * returns. `write` of `node:fs` alone would leave half a file behind where the disk is full or the process is killed.
 */
export function writeWhole(file: string, text: string | Uint8Array, mode = 0o600): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}-${(written += 1)}.new`;
  try {
    const handle = openSync(fresh, 'wx', mode);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error instanceof Error ? Object.assign(error, { path: file }) : error; // the name that somebody gave
  }
  syncFolder(folder);
}

/**
 * As `writeWhole`, while others go on.
 *
 * @param isDurable - whether it survives a power failure once this resolves
 */
export async function replaceWhole(file: string, text: string, isDurable: boolean): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}-${(written += 1)}.new`;
  try {
    await fill(fresh, text, isDurable);
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error instanceof Error ? Object.assign(error, { path: file }) : error;
  }
  if (isDurable) await syncFolderLater(folder);
}

async function fill(fresh: string, text: string, isDurable: boolean): Promise<void> {
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (isDurable) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolderLater(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Windows keeps names by itself, and opens no folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Returns the text of a file; undefined where there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
