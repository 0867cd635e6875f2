import { equalBytes } from '../base/bytes.ts';
import { foldEdges, foldProof } from '../merkle/fold.ts';
import { consistencyRanges, coveringNodes, inclusionPath } from '../merkle/plan.ts';
import { nodeAt, slotIn, TILE_HEIGHT } from '../merkle/tile.ts';
import type { LeafHash, LogIndex, NodeHash, Proof, TreeSize } from '../merkle/types.ts';
import { DamagedStore } from '../storage/failures.ts';
import type { TileCache } from './tile-cache.ts';

/** Returns the consistency proof from `old` to `size`. Needs `0 < old ≤ size`, and a tile cache of at least `size`. */
export async function proveConsistency(tileCache: TileCache, old: TreeSize, size: TreeSize): Promise<Proof> {
  const ranges = consistencyRanges(old, size);
  return foldProof(ranges, await tileCache.read(ranges.flatMap(coveringNodes)));
}

/** No tree has this size. */
const NONE = -1;

/**
 * Makes inclusion proofs. Proofs under the same head share the subtrees that end at the right edge of the tree, the
 * only ones that have to be hashed: they are folded once for each head.
 */
export class InclusionProver {
  readonly #tileCache: TileCache;
  #size = NONE;
  #edges: Promise<ReadonlyMap<number, NodeHash>> = Promise.resolve(new Map());

  constructor(tileCache: TileCache) {
    this.#tileCache = tileCache;
  }

  /**
   * Needs an index in the tree of `size`, and a tile cache of at least that size.
   *
   * @throws Error if the tree holds another leaf there: what the store gave as the entry is damaged
   */
  async prove(index: LogIndex, leaf: LeafHash, size: TreeSize): Promise<Proof> {
    const edges = await this.#edgesAt(size);
    const tiles = await this.#tileCache.tilesOnPath(index, size);
    if (!equalBytes(nodeAt(tiles[0], slotIn(0, index)), leaf))
      throw new DamagedStore(`entry ${index} is not the one that the tree holds`);
    return inclusionPath(
      index,
      size,
      (level, at) => nodeAt(tiles[Math.floor(level / TILE_HEIGHT)], slotIn(level, at)),
      (from) => {
        const edge = edges.get(from);
        if (edge === undefined) throw new Error(`the tree of ${size} has no edge from ${from}`);
        return edge;
      },
    );
  }

  /** Returns the hashes at the right edge. After a failed read the next proof reads them again. */
  async #edgesAt(size: TreeSize): Promise<ReadonlyMap<number, NodeHash>> {
    if (size !== this.#size) [this.#size, this.#edges] = [size, this.#edgesOf(size)];
    const edges = this.#edges;
    try {
      return await edges;
    } catch (error) {
      if (edges === this.#edges) this.#size = NONE;
      throw error;
    }
  }

  async #edgesOf(size: TreeSize): Promise<ReadonlyMap<number, NodeHash>> {
    const nodes = coveringNodes({ from: 0, to: size });
    return foldEdges(nodes, await this.#tileCache.read(nodes));
  }
}
