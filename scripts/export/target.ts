import { open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../storage/folders.ts';
import { ExportRefused } from './failures.ts';

/** Below the folder, while files are written: each process has a folder of its own there. */
const NURSERY = '.writing';
const CHECKPOINT = 'checkpoint';

/** A folder of plain files. A file has its name once it is whole and on the disk, and is never written again. */
export class ExportTarget {
  readonly folder: string;
  readonly #nursery: string;
  /** Folders that have got a new name. */
  readonly #changed = new Set<string>();
  #made = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.#nursery = join(folder, NURSERY, String(process.pid));
  }

  static async open(folder: string): Promise<ExportTarget> {
    const target = new ExportTarget(folder);
    await removeAbandoned(join(folder, NURSERY));
    makeFolder(target.#nursery);
    return target;
  }

  /** The checkpoint that was exported last. */
  async checkpoint(): Promise<string | undefined> {
    return (await read(join(this.folder, CHECKPOINT)))?.toString();
  }

  /** @returns whether it was written: an earlier run that was cut short may have done so. @throws ExportRefused for a file that differs */
  async put(path: string, bytes: Uint8Array): Promise<boolean> {
    const file = join(this.folder, path);
    const there = await read(file);
    if (there === undefined) {
      await this.#write(file, bytes);
      return true;
    }
    if (there.equals(bytes)) return false;
    throw new ExportRefused(`${file} is there and differs from what the log has: it was changed, or is another log's`);
  }

  /** Last of all: once it can be read, all that it speaks of can. */
  async putCheckpoint(note: string): Promise<void> {
    await this.#sync();
    await this.#write(join(this.folder, CHECKPOINT), Buffer.from(note));
    await this.#sync();
  }

  /** Removes the partial tiles and bundles whose whole one is there. @returns how many */
  async prune(): Promise<number> {
    const entries = await readdir(join(this.folder, 'tile'), { recursive: true, withFileTypes: true });
    const whole = new Set(entries.filter((entry) => entry.isFile()).map(pathOf));
    const partial = entries.filter((entry) => entry.isDirectory() && entry.name.endsWith(PARTIAL)).map(pathOf);
    const replaced = partial.filter((path) => whole.has(path.slice(0, -PARTIAL.length)));
    for (const path of replaced) await rm(path, { recursive: true });
    return entries.filter(({ parentPath }) => replaced.includes(parentPath)).length;
  }

  async close(): Promise<void> {
    await rm(this.#nursery, { recursive: true, force: true });
    await rmdir(join(this.folder, NURSERY)).catch(() => undefined); // another export may be using it
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    const fresh = join(this.#nursery, String((this.#made += 1)));
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
  async #sync(): Promise<void> {
    for (const folder of this.#changed) {
      const handle = await open(folder, 'r');
      await handle.sync();
      await handle.close();
    }
    this.#changed.clear();
  }
}

/** Ends the name of the folder in which the partial ones of a tile stand. */
const PARTIAL = '.p';
const pathOf = ({ parentPath, name }: Dirent): string => join(parentPath, name);

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What exports that were cut short left behind. */
async function removeAbandoned(nursery: string): Promise<void> {
  const names = await readdir(nursery).catch(() => []);
  for (const name of names)
    if (!isRunning(Number(name))) await rm(join(nursery, name), { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
