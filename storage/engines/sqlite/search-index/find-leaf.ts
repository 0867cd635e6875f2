import { DamagedStore } from '../../../failures.ts';

/**
 * Candidates that are held against a leaf at most. A leaf has 29 bits of fingerprint, made with a secret of the log, so that
 * nobody can choose what meets. By chance alone a look-up has 0.02 false candidates in a log of 10 million entries and the
 * fullest of all fingerprints 4; of 100 million 0.2 and 7; of the 2^34 entries that an index can tell apart 32 and about 75.
 * More than this is no chance: the index is not what the log wrote, and the answer is an error, never that there is no entry.
 */
export const MOST_CANDIDATES = 256;

/** Candidates looked at in one turn: each may be in a tile of its own, which is read and checked in some 20 microseconds. */
const IN_A_TURN = 8;

/**
 * The first of the candidates that is the leaf.
 *
 * @param candidates - none left out. They are taken from the index before the first turn: what changes it later does not matter
 * @param isThere - whether the leaf stands at the index
 * @param turn - called between slices; what it throws ends the work
 * @throws DamagedStore if there are too many to say that none is the leaf
 */
export async function findLeaf(
  candidates: Iterable<number>,
  isThere: (index: number) => boolean,
  turn: () => Promise<void>,
): Promise<number | undefined> {
  const some = firstOf(candidates, MOST_CANDIDATES + 1);
  for (const [i, index] of some.slice(0, MOST_CANDIDATES).entries()) {
    if (i > 0 && i % IN_A_TURN === 0) await turn();
    if (isThere(index)) return index;
  }
  if (some.length <= MOST_CANDIDATES) return undefined;
  throw new DamagedStore(`the search index has more than ${MOST_CANDIDATES} entries for one leaf`);
}

/** At most `most` of them. */
export function firstOf(candidates: Iterable<number>, most: number): readonly number[] {
  const some: number[] = [];
  for (const each of candidates) if (some.push(each) === most) break;
  return some;
}
