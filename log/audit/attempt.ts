import type { NodeHash } from '../../merkle/types.ts';
import type { FullTile } from '../../storage/tiles.ts';
import { DamagedStore, isDamage, StoreRefused } from '../../storage/failures.ts';
import { Damaged } from './reports.ts';

/** Told in one sentence of each damage. */
export type Found = (says: string) => void;

/** Mends what a scrub finds. Undefined where nothing may be written. */
export interface Mend {
  /** Writes a tile that stands under a signed root over a damaged one. @returns whether it could be written */
  tile(tile: FullTile): boolean;
  /** Writes the entries of a bundle from another copy over damaged ones, if one has entries with these hashes. @returns whether it did */
  bundle(number: number, hashes: readonly NodeHash[]): Promise<boolean>;
  /** Has the next start make a run of the index again. */
  run(id: number): void;
}

/** @returns undefined where there is damage, which `found` is told of @throws StoreRefused for a database that cannot be opened or read now */
export async function attempt<T>(at: number, found: Found, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreRefused && !isDamage(error)) throw error;
    const says = error instanceof Error ? error.message : String(error);
    const isNamed = error instanceof Damaged || error instanceof DamagedStore;
    found(isNamed ? says : `from entry ${at} on: ${says}`);
    return undefined;
  }
}
