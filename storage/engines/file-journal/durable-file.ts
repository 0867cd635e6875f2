import { hash } from 'node:crypto';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makePrivateFolder } from '../../folders.ts';

/*
 * Files of lines that outlive the power supply. Each line ends in the first 8 hex digits of the SHA-256 of what stands
 * before them: one that was not written whole is no line. Text, so that a person at three in the morning can read the
 * last of them with `tail`.
 */

export function sealed(text: string): string {
  return `${text} ${checksum(text)}\n`;
}

/** Undefined for a line that was not written whole. */
export function unsealed(line: string | undefined): string | undefined {
  const cut = line?.lastIndexOf(' ') ?? -1;
  if (line === undefined || cut < 0) return undefined;
  const text = line.slice(0, cut);
  return line.slice(cut + 1) === checksum(text) ? text : undefined;
}

const checksum = (text: string): string => hash('sha256', text, 'hex').slice(0, 8);

/** No lines where there is no file. */
export async function readLines(file: string): Promise<readonly string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
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
  const folder = await open(dirname(file));
  await folder.sync();
  await folder.close();
  return fresh;
}
