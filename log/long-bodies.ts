import type { LeafHash, LogIndex } from '../merkle/types.ts';
import type { EntryReads } from '../storage/entries.ts';
import type { SearchIndex } from '../storage/search.ts';

/** Bodies of imported entries that no entry bundle can hold. The store has an empty body in place of each. */
export interface LongBodies {
  /** Undefined for an entry that is not so long. */
  read(index: number): Uint8Array | undefined;
  indexOf(leaf: LeafHash): number | undefined;
  /** Whether one of the entries from `from` up to `to` is so long. */
  areIn(from: number, to: number): boolean;
}

/** Reads entries of a store with their long bodies. */
export function withLongBodies(store: Pick<EntryReads, 'entry'>, long: LongBodies): Pick<EntryReads, 'entry'> {
  return {
    entry: async (index) => {
      const entry = await store.entry(index);
      const body = entry && long.read(index);
      return body === undefined ? entry : entry && { ...entry, body };
    },
  };
}

/** Finds entries with long bodies by their leaf hash: the store knows their leaf only below a full tile. */
export function locatingLongBodies(store: Pick<SearchIndex, 'locate'>, long: LongBodies): Pick<SearchIndex, 'locate'> {
  return { locate: async (leaf, turn) => (long.indexOf(leaf) as LogIndex | undefined) ?? store.locate(leaf, turn) };
}
