import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { NoRoom } from '../../failures.ts';
import {
  checkSameFiles,
  type FolderLock,
  requireSameFiles,
  watchedAs,
  type WatchedFile,
} from '../local-files/watched-files.ts';
import { isNoRoom } from '../local-files/no-room.ts';
import { extendFile, keepCopy, readLines, replaceFile, writeOrUndo } from './durable-file.ts';

/** The content of a journal: its first line names the owner, each other one is a record. */
export interface JournalFormat<Owner, R> {
  /** Name of the file in its folder. */
  readonly name: string;
  /** Characters of a line at most. */
  readonly longest: number;
  readonly formatOwner: (owner: Owner) => string;
  /** Undefined for a line that is not as it was written. */
  readonly parseOwner: (line: string | undefined) => Owner | undefined;
  readonly formatRecord: (record: R) => string;
  /** Undefined for a line that is not as it was written. */
  readonly parseRecord: (line: string) => R | undefined;
}

/** All that stands in a journal. */
export interface JournalContent<Owner, R> {
  /** Undefined if the first line is damaged. */
  readonly owner: Owner | undefined;
  /** In the order written. */
  readonly records: readonly R[];
  /** Numbers of lines, from 1, that are not as they were written. A last line without its end is none of them. */
  readonly damaged: readonly number[];
}

/** Reads a journal, beside the process that writes it or without one. Undefined where none was begun. */
export async function readJournal<Owner, R>(
  folder: string,
  format: JournalFormat<Owner, R>,
): Promise<JournalContent<Owner, R> | undefined> {
  const lines = await readLines(join(folder, format.name), format.longest);
  if (lines === undefined) return undefined;
  const [first, ...rest] = lines;
  const owner = format.parseOwner(first);
  const records: R[] = [];
  const damaged: number[] = owner === undefined ? [1] : [];
  for (const [i, line] of rest.entries()) {
    const record = format.parseRecord(line);
    if (record === undefined) damaged.push(i + 2);
    else records.push(record);
  }
  return { owner, records, damaged };
}

/** @param damaged - numbers of lines, one at least */
export function damagedLines(file: string, damaged: readonly number[]): string {
  const others = damaged.length > 1 ? ` and ${damaged.length - 1} behind it are` : ' is';
  return `line ${damaged[0]} of ${file}${others} not as written`;
}

/**
 * The file of a journal that this process writes, in a folder that it has locked. One write at a time. A write is durable
 * once it resolves, and stands in the file that its path leads to.
 */
export class JournalFile<Owner, R> implements AsyncDisposable {
  readonly #file: string;
  readonly #format: JournalFormat<Owner, R>;
  readonly #lock: FolderLock;
  #handle: FileHandle | undefined;
  #watched: readonly WatchedFile[];
  #records = 0;
  /** Bytes of whole lines in the file. */
  #length = 0;

  constructor(lock: FolderLock, format: JournalFormat<Owner, R>) {
    this.#file = join(lock.folder, format.name);
    this.#format = format;
    this.#lock = lock;
    this.#watched = [lock.file];
  }

  get path(): string {
    return this.#file;
  }

  /** Records in the file; 0 before it is begun. */
  get records(): number {
    return this.#records;
  }

  /** @throws StoreRefused if the file or its lock was removed or replaced */
  check(): Promise<void> {
    return checkSameFiles(this.#watched);
  }

  /** Writes the file anew, with these records. @throws NoRoom, and then the file is as it was */
  async begin(owner: Owner, records: readonly R[]): Promise<void> {
    await this.check();
    const { formatOwner, formatRecord } = this.#format;
    const bytes = Buffer.from(formatOwner(owner) + records.map(formatRecord).join(''));
    const fresh = await this.#write(bytes);
    await this.#handle?.close();
    [this.#handle, this.#length] = [fresh, bytes.length];
    this.#watched = [this.#lock.file, watchedAs(this.#file, await this.#handle.stat({ bigint: true }))];
    this.#records = records.length;
    await this.check();
  }

  /** As `begin`, and keeps the file as it is beside the new one, in the place of the one kept before. */
  async rotate(owner: Owner, records: readonly R[]): Promise<void> {
    await keepCopy(this.#file, `${this.#file}.previous`).catch((error: unknown) => this.#refuse(error));
    await this.begin(owner, records);
  }

  /**
   * Keeps the file, and the full one before it, under names that end in `ending`, which nothing writes again.
   *
   * @returns the paths of what was kept
   */
  async setAside(ending: string): Promise<readonly string[]> {
    await this.check();
    const kept: string[] = [];
    for (const file of [this.#file, `${this.#file}.previous`]) {
      if (!existsSync(file)) continue;
      const copy = unusedName(`${file}.${ending}`);
      await keepCopy(file, copy).catch((error: unknown) => this.#refuse(error));
      kept.push(copy);
    }
    return kept;
  }

  /** A rejection leaves the outcome unknown. @throws NoRoom, and then the file is as it was */
  async append(record: R): Promise<void> {
    if (this.#handle === undefined) throw new Error(`${this.#file} has not been begun`);
    const bytes = Buffer.from(this.#format.formatRecord(record));
    await writeOrUndo(this.#handle, bytes, this.#length).catch((error: unknown) => this.#refuse(error));
    await this.#handle.datasync();
    this.#length += bytes.length;
    requireSameFiles(this.#watched); // from memory, a file that was just synced: a third of what the thread pool costs
    this.#records += 1;
  }

  /** Where there is no room for a second file, the one that is there is written over with the same. */
  async #write(bytes: Buffer): Promise<FileHandle> {
    try {
      return await replaceFile(this.#file, bytes);
    } catch (error) {
      if (!isNoRoom(error)) throw error;
      const extended = await extendFile(this.#file, bytes).catch((reason: unknown) => this.#refuse(reason));
      return extended ?? this.#refuse(error);
    }
  }

  #refuse(error: unknown): never {
    throw isNoRoom(error) ? new NoRoom(`the volume of ${this.#file} is full`) : error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

function unusedName(path: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? path : `${path}-${number}`;
    if (!existsSync(name)) return name;
  }
}
