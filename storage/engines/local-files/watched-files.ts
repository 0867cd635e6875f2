import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StoreRefused } from '../../failures.ts';

/*
 * A process that holds a file open goes on writing to it after its name was removed or given to another file, and a lock
 * on such a file keeps nobody out. So what is written is believed only while its path still leads to the file that was opened.
 * While this process has it open the system gives its inode to no other file.
 */

/** A file as it was opened. Can be sent to another thread. */
export interface WatchedFile {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  /** Whether the next start makes it anew: nothing is kept in it. */
  readonly isRemade?: boolean;
}

/** A folder that this process has locked: held until disposed of, or until the process ends, however it ends. */
export interface FolderLock extends Disposable {
  readonly folder: string;
  /** The file that is locked: a lock on a file that has lost its name keeps nobody out. */
  readonly file: WatchedFile;
}

/** The file that stands at `path` now: to be called once it is open. @throws StoreRefused where there is none */
export function watchFile(path: string): WatchedFile {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) throw lost(path);
  return watchedAs(path, found);
}

/** @param found - of the open file */
export function watchedAs(path: string, { dev, ino }: BigIntStats): WatchedFile {
  return { path, device: dev, inode: ino };
}

/** @throws StoreRefused unless each path leads to the file that was opened */
export function requireSameFiles(files: readonly WatchedFile[]): void {
  for (const file of files) requireSame(file, statSync(file.path, { bigint: true, throwIfNoEntry: false }));
}

/** As `requireSameFiles`, without making this thread wait for the disk. */
export async function checkSameFiles(files: readonly WatchedFile[]): Promise<void> {
  const found = await Promise.all(files.map(({ path }) => statIfThere(path)));
  for (const [i, file] of files.entries()) requireSame(file, found[i]);
}

async function statIfThere(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether a call failed because nothing stands at its path. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function requireSame({ path, device, inode, isRemade }: WatchedFile, found: BigIntStats | undefined): void {
  if (found?.dev !== device || found.ino !== inode) throw isRemade === true ? lostLock(path) : lost(path);
}

/**
 * A file with a second name can be opened as that of two folders, whose locks do not know of each other: two logs would then
 * hold one journal, until one of them gives its name to a new file. SQLite also keeps one WAL for each name, so that what is
 * committed under one is not seen under the other, and damages it later.
 *
 * @throws StoreRefused
 */
export function requireOneName(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  const names = found?.isFile() === true ? found.nlink : 1;
  if (names > 1)
    throw new StoreRefused(
      `${path} has ${names} names (hard links), and must have one: make a copy of the file, remove the name, and move the copy to its place`,
    );
}

/** The failure for a file or folder that this process had open. */
export function lost(path: string): StoreRefused {
  return new StoreRefused(
    `${path} was removed or replaced while this process had it open, so what was written to it since may be lost: put the file back, keep other programs out of its folder, and start again`,
  );
}

function lostLock(path: string): StoreRefused {
  return new StoreRefused(
    `${path} was removed or replaced while this process had it open, so it kept no other process out: find out what removed it, make sure that no other process uses its folder, and start again: the file is made anew`,
  );
}
