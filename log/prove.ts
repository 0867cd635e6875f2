import { foldProof } from '../merkle/fold.ts';
import { consistencyRanges, coveringNodes, inclusionRanges } from '../merkle/plan.ts';
import type { LeafRange, LogIndex, Proof, TreeSize } from '../merkle/types.ts';
import type { TileShelf } from './tiles.ts';

/** Needs an index in the tree of `size`, and a shelf of at least that size. */
export function proveInclusion(shelf: TileShelf, index: LogIndex, size: TreeSize): Promise<Proof> {
  return readProof(shelf, inclusionRanges(index, size));
}

/** That the log of `size` extends the one of `old`. Needs `0 < old ≤ size`, and a shelf of at least `size`. */
export function proveConsistency(shelf: TileShelf, old: TreeSize, size: TreeSize): Promise<Proof> {
  return readProof(shelf, consistencyRanges(old, size));
}

async function readProof(shelf: TileShelf, ranges: readonly LeafRange[]): Promise<Proof> {
  return foldProof(ranges, await shelf.read(ranges.flatMap(coveringNodes)));
}
