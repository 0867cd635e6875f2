import { hash } from 'node:crypto';
import { copyFile, type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makePrivateFolder } from '../../folders.ts';

/*
 * Files of lines that outlive the power supply. Each line ends in the first 8 hex digits of the SHA-256 of what stands
 * before them. Text, so that a person at three in the morning can read the last of them with `tail`.
 */

export function sealed(text: string): string {
  return `${text} ${checksum(text)}\n`;
}

/** Undefined for a line that is not as it was written. */
export function unsealed(line: string | undefined): string | undefined {
  const cut = line?.lastIndexOf(' ') ?? -1;
  if (line === undefined || cut < 0) return undefined;
  const text = line.slice(0, cut);
  return line.slice(cut + 1) === checksum(text) ? text : undefined;
}

const checksum = (text: string): string => hash('sha256', text, 'hex').slice(0, 8);

/**
 * The lines of a file, without their ends; undefined where there is no file. A write that a crash cut short leaves a last
 * line without its end: that one is left out, unless it is whole all the same. Anything else behind the last line end is
 * given as a line, to be found damaged: a whole line with something in the place of its end, or more than a line can hold.
 *
 * @param longest - bytes of a line at most
 */
export async function readLines(file: string, longest: number): Promise<readonly string[] | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const isCutShort =
    rest.length <= longest && unsealed(rest) === undefined && unsealed(rest.slice(0, -1)) === undefined;
  return isCutShort ? lines : [...lines, rest];
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The new file takes the old one's name only when it is on the disk; the folder is synced so that the name is too. */
export async function replaceFile(file: string, text: string): Promise<FileHandle> {
  makePrivateFolder(dirname(file));
  const fresh = await open(`${file}.new`, 'w', 0o600);
  await fresh.writeFile(text);
  await fresh.sync();
  await rename(`${file}.new`, file);
  await syncFolder(dirname(file));
  return fresh;
}

/** Keeps a copy of the file as `copy`, in the same folder. A copy and not a link: not every file system has those. */
export async function keepCopy(file: string, copy: string): Promise<void> {
  await copyFile(file, `${copy}.new`);
  const handle = await open(`${copy}.new`, 'r+');
  await handle.sync();
  await handle.close();
  await rename(`${copy}.new`, copy);
  await syncFolder(dirname(copy));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync();
  await folder.close();
}
