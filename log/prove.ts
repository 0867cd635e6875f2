import { foldProof } from '../merkle/fold.ts';
import { consistencyRanges, coveringNodes, inclusionRanges } from '../merkle/plan.ts';
import type { LeafRange, LogIndex, NodeHash, Proof, TreeSize } from '../merkle/types.ts';
import type { TileShelf } from './tiles.ts';

/** That the log of `size` extends the one of `old`. Needs `0 < old ≤ size`, and a shelf of at least `size`. */
export async function proveConsistency(shelf: TileShelf, old: TreeSize, size: TreeSize): Promise<Proof> {
  const ranges = consistencyRanges(old, size);
  return foldProof(ranges, await shelf.read(ranges.flatMap(coveringNodes)));
}

/**
 * Inclusion proofs under one head after another. Proofs under the same head share what ends at its right edge, and only
 * that has to be hashed: it is folded once a head.
 */
export class InclusionProver {
  readonly #shelf: TileShelf;
  #size = 0;
  /** Hashes of the ranges from a leaf to the end of the tree of `#size`. */
  #edge = new Map<number, NodeHash>();

  constructor(shelf: TileShelf) {
    this.#shelf = shelf;
  }

  /** Needs an index in the tree of `size`, and a shelf of at least that size. */
  async prove(index: LogIndex, size: TreeSize): Promise<Proof> {
    const ranges = inclusionRanges(index, size);
    const edge = this.#edgeAt(size);
    const known = ({ from, to }: LeafRange): NodeHash | undefined => (to === size ? edge.get(from) : undefined);
    const unknown = ranges.filter((range) => known(range) === undefined);
    const folded = foldProof(unknown, await this.#shelf.read(unknown.flatMap(coveringNodes)));
    for (const [i, { from, to }] of unknown.entries()) if (to === size) edge.set(from, folded[i] as NodeHash);
    const rest = folded.values();
    return ranges.map((range) =>
      unknown.includes(range) ? (rest.next().value as NodeHash) : (known(range) as NodeHash),
    );
  }

  #edgeAt(size: TreeSize): Map<number, NodeHash> {
    if (size !== this.#size) this.#edge = new Map();
    this.#size = size;
    return this.#edge;
  }
}
