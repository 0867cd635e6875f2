import { open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCode } from '../../../base/system-error.ts';
import { TILE_WIDTH } from '../../../merkle/tile.ts';
import { makeFolder } from '../../../storage/folders.ts';

/** Below the folder, while files are written: each process has a folder of its own there. */
const STAGING_NAME = '.writing';
const CHECKPOINT = 'checkpoint';

/** A folder of plain files. A file has its name once it is whole and on the disk, and is never written again. */
export class ExportTarget {
  readonly folder: string;
  readonly #stagingDir: string;
  /** Folders that have got a new name. */
  readonly #changed = new Set<string>();
  #made = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.#stagingDir = join(folder, STAGING_NAME, String(process.pid));
  }

  static async open(folder: string): Promise<ExportTarget> {
    const target = new ExportTarget(folder);
    await removeAbandoned(join(folder, STAGING_NAME));
    makeFolder(target.#stagingDir);
    return target;
  }

  /** The checkpoint that was exported last. */
  async checkpoint(): Promise<string | undefined> {
    return (await orMissing(readFile(join(this.folder, CHECKPOINT))))?.toString();
  }

  /** Whether there is a file, whatever is in it. */
  async has(path: string): Promise<boolean> {
    const found = await orMissing(stat(join(this.folder, path)));
    return found?.isFile() === true;
  }

  /** Widths of the partial ones that stand beside a full tile or bundle. */
  async partialsOf(path: string): Promise<readonly number[]> {
    const names = (await orMissing(readdir(join(this.folder, path + PARTIAL_SUFFIX)))) ?? [];
    return names.filter((name) => /^[1-9]\d{0,2}$/.test(name) && Number(name) < TILE_WIDTH).map(Number);
  }

  /** Writes a file that is not there; `same` if it is, as an earlier run left it, and `differs` if it is otherwise. */
  async put(path: string, bytes: Uint8Array): Promise<'written' | 'same' | 'differs'> {
    const file = join(this.folder, path);
    const there = await orMissing(readFile(file));
    if (there !== undefined) return there.equals(bytes) ? 'same' : 'differs';
    await this.#write(file, bytes);
    return 'written';
  }

  /** Last of all: once it can be read, all that it speaks of can. */
  async putCheckpoint(note: string): Promise<void> {
    await this.sync();
    await this.#write(join(this.folder, CHECKPOINT), Buffer.from(note));
    await this.sync();
  }

  /** Removes the partial tiles and bundles whose whole one is there. @returns how many */
  async prune(): Promise<number> {
    const entries = await readdir(join(this.folder, 'tile'), { recursive: true, withFileTypes: true });
    const whole = new Set(entries.filter((entry) => entry.isFile()).map(pathOf));
    const partial = entries.filter((entry) => entry.isDirectory() && entry.name.endsWith(PARTIAL_SUFFIX)).map(pathOf);
    const replaced = partial.filter((path) => whole.has(path.slice(0, -PARTIAL_SUFFIX.length)));
    for (const path of replaced) await rm(path, { recursive: true });
    return entries.filter(({ parentPath }) => replaced.includes(parentPath)).length;
  }

  async close(): Promise<void> {
    await rm(this.#stagingDir, { recursive: true, force: true });
    await rmdir(join(this.folder, STAGING_NAME)).catch(() => undefined); // another export may be using it
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    const fresh = join(this.#stagingDir, String((this.#made += 1)));
    const handle = await open(fresh, 'wx', 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    for (const made of makeFolder(dirname(file))) this.#changed.add(dirname(made));
    await rename(fresh, file);
    this.#changed.add(dirname(file));
  }

  /** All names that have been given outlive the power supply. */
  async sync(): Promise<void> {
    for (const folder of this.#changed) {
      const handle = await open(folder, 'r');
      await handle.sync();
      await handle.close();
    }
    this.#changed.clear();
  }
}

/** Ends the name of the folder in which the partial ones of a tile stand. */
const PARTIAL_SUFFIX = '.p';
const pathOf = ({ parentPath, name }: Dirent): string => join(parentPath, name);

/** Undefined where there is no file or folder of that name. */
async function orMissing<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes the leftovers of exports that were cut short. */
async function removeAbandoned(stagingDir: string): Promise<void> {
  const names = await readdir(stagingDir).catch(() => []);
  for (const name of names)
    if (!isRunning(Number(name))) await rm(join(stagingDir, name), { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
