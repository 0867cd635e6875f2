import { hash } from 'node:crypto';
import { copyFile, type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makePrivateFolder } from '../../folders.ts';
import { isGone } from '../local-files/watched-files.ts';
import { isNoRoom } from '../local-files/no-room.ts';

/*
 * Files of lines that outlive the power supply. Each line ends in the first 8 hex digits of the SHA-256 of what stands
 * before them. Text, so that a person at three in the morning can read the last of them with `tail`.
 */

export function withChecksum(text: string): string {
  return `${text} ${checksum(text)}\n`;
}

/** Undefined for a line that is not as it was written. */
export function verifyChecksum(line: string | undefined): string | undefined {
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
  const lines = text.toString().split('\n');
  const rest = lines.pop() ?? '';
  const isCutShort =
    rest.length <= longest && verifyChecksum(rest) === undefined && verifyChecksum(rest.slice(0, -1)) === undefined;
  return isCutShort ? lines : [...lines, rest];
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The new file takes the old one's name only when it is on the disk; the folder is synced so that the name is too. */
export async function replaceFile(file: string, bytes: Buffer): Promise<FileHandle> {
  makePrivateFolder(dirname(file));
  const name = `${file}.new`;
  const fresh = await open(name, 'w', 0o600);
  try {
    await fresh.writeFile(bytes);
    await fresh.sync();
    await rename(name, file);
  } catch (error) {
    await fresh.close();
    await rm(name, { force: true }); // it holds room that others need
    throw error;
  }
  await syncFolder(dirname(file));
  return fresh;
}

/**
 * Makes a file hold `bytes` where it holds the same already, but for a first line that is as long, and for a last line
 * without its end: it is written over in place, which takes no room and brings what was in memory only to the disk. A power
 * failure that tears the first line leaves a file that is refused: a sector is longer than it.
 *
 * @returns undefined, and changes nothing, where the file is missing or holds something else
 */
export async function extendFile(file: string, bytes: Buffer): Promise<FileHandle | undefined> {
  const found = await readIfThere(file);
  if (found === undefined) return undefined;
  const [first, length] = [found.indexOf(LINE_END), found.lastIndexOf(LINE_END) + 1];
  const isSame =
    bytes.indexOf(LINE_END) === first && found.subarray(first, length).equals(bytes.subarray(first, length));
  return first > 0 && isSame ? extend(file, length, bytes) : undefined;
}

const LINE_END = 0x0a;

async function extend(file: string, length: number, bytes: Buffer): Promise<FileHandle> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(length);
    await writeOrUndo(handle, bytes.subarray(length), length);
    await writeAt(handle, bytes.subarray(0, length), 0);
    await handle.sync();
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Writes behind the first `length` bytes of a file. What a full disk takes a part of only is cut off again, for which no room
 * is needed: so the outcome of such a write is known.
 */
export async function writeOrUndo(handle: FileHandle, bytes: Buffer, length: number): Promise<void> {
  try {
    await writeAt(handle, bytes, length);
  } catch (error) {
    if (isNoRoom(error)) await handle.truncate(length);
    throw error;
  }
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** Keeps a copy of the file as `copy`, in the same folder. A copy and not a link: not every file system has those. */
export async function keepCopy(file: string, copy: string): Promise<void> {
  await copyFile(file, `${copy}.new`).catch(async (error: unknown) => {
    await rm(`${copy}.new`, { force: true }); // it holds room that others need
    throw error;
  });
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
