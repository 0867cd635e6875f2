import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../base/bytes.ts';
import { systemCode } from '../../base/system-error.ts';
import { makePrivateFolder } from '../../storage/folders.ts';
import { writeDurably } from './durable-file.ts';

/*
 * Bodies that are longer than an entry bundle of C2SP can hold, which has two bytes for the length of each: files of their
 * own, beside the database, which has an empty body in their place. Only imported entries are so long.
 */

/** Bytes that a body in an entry bundle has at most. */
export const BUNDLED_BYTES = 65_535;

const FOLDER = 'long-bodies';
const NAME = /^(\d{1,16})-([0-9a-f]{64})$/;

/** Writes the body of an entry. Durable once it returns. @param leaf - its leaf hash */
export function keepLongBody(folder: string, index: number, leaf: Uint8Array, body: Uint8Array): void {
  const parent = join(folder, FOLDER);
  makePrivateFolder(parent);
  writeDurably(join(parent, `${index}-${toHex(leaf)}`), body);
}

/** The bodies that a folder has, by their names. */
export class LongBodyFiles {
  readonly #folder: string;
  readonly #names = new Map<number, string>();
  readonly #leaves = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = join(folder, FOLDER);
    for (const name of namesIn(this.#folder)) {
      const [, index, leaf] = NAME.exec(name) ?? [];
      if (index === undefined || leaf === undefined) continue; // one that was cut short
      this.#names.set(Number(index), name);
      this.#leaves.set(leaf, Math.min(Number(index), this.#leaves.get(leaf) ?? Infinity));
    }
  }

  /** The body of an entry. Undefined for one that is not long. */
  read(index: number): Uint8Array | undefined {
    const name = this.#names.get(index);
    return name === undefined ? undefined : readFileSync(join(this.#folder, name));
  }

  /** Index of the first entry with this leaf hash; undefined if none that is long has it. */
  indexOf(leaf: Uint8Array): number | undefined {
    return this.#leaves.get(toHex(leaf));
  }

  /** Whether one of the entries from `from` up to `to` is long. */
  areIn(from: number, to: number): boolean {
    return this.#names.keys().some((index) => index >= from && index < to);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
