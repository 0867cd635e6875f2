import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCode } from '../base/system-error.ts';
import { StoreRefused } from './failures.ts';

/*
 * Folders are made one at a time: Node's recursive mkdir never returns where the system answers ENOENT below a folder
 * that exists, which /proc and mounts whose source was removed do.
 */

/**
 * Makes `folder` and the folders above it that are missing. Their names are not synced.
 *
 * @returns those it made, outermost first
 * @throws StoreRefused saying which folder could not be made, and what to do
 */
export function makeFolder(folder: string, mode = 0o777): readonly string[] {
  const path = resolve(folder);
  if (isFolder(path)) return [];
  const above = dirname(path) === path ? [] : makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && isFolder(path)) return above; // another process was faster
    throw refusal(path, error);
  }
  return [...above, path];
}

/** Makes `folder`, for its owner alone, and the folders above it that are missing. Durable once it returns. @throws StoreRefused */
export function makePrivateFolder(folder: string): readonly string[] {
  const made = makeFolder(folder, 0o700);
  for (const one of made) syncFolder(dirname(one));
  return made;
}

/** Makes the names in a folder survive a power failure. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The code of the system for why this process may not write in a folder; undefined where it may. */
export function codeOfWriting(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return systemCode(error) ?? 'no access';
  }
}

/** False where nothing stands at the path. @throws StoreRefused for what is no folder, or cannot be looked at */
function isFolder(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return false;
    if (found.isDirectory()) return true;
  } catch (error) {
    throw refusal(path, error);
  }
  throw new StoreRefused(`${path} is a file, and a folder is needed there: move the file away, or name another folder`);
}

function refusal(path: string, error: unknown): StoreRefused {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return new StoreRefused(`the folder ${path} cannot be made: ${reasonOf(code, path)}`, { cause: error });
}

function reasonOf(code: string, path: string): string {
  const parent = dirname(path);
  switch (code) {
    case 'ENOENT':
      return `${parent} takes no new folder (ENOENT), as where a mount has lost its source. Mount it again, or name another folder`;
    case 'EEXIST':
      return 'a symbolic link that leads nowhere has its name (EEXIST). Make the folder it leads to, or remove the link';
    case 'ELOOP':
      return 'symbolic links on the way lead back to themselves (ELOOP). Mend them, or name another folder';
    case 'EACCES':
    case 'EPERM':
      return `the user of this process may not write in ${parent} (${code}). Give it that right, or name another folder`;
    case 'EROFS':
      return `${parent} is on a read-only file system (EROFS). Mount it for writing, or name another folder`;
    default:
      return `the system answers ${code}. Name another folder`;
  }
}
