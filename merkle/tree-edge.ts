import { foldRoot } from './fold.ts';
import { hashChildren } from './hash.ts';
import { type LeafHash, type NodeHash, type TreeHead, treeSize } from './types.ts';

/** The right edge of a tree that grows: the at most 53 hashes from which its root follows. */
export class TreeEdge {
  #size: number;
  readonly #nodes: NodeHash[];

  /** @param nodes - hashes of `coveringNodes` of the tree of `size` */
  constructor(size = 0, nodes: readonly NodeHash[] = []) {
    this.#size = size;
    this.#nodes = [...nodes];
  }

  add(leaf: LeafHash): void {
    let node: NodeHash = leaf;
    for (let index = this.#size; index % 2 === 1; index = (index - 1) / 2) {
      const left = this.#nodes.pop();
      if (left === undefined) throw new Error('edge is shorter than its size says');
      node = hashChildren(left, node);
    }
    this.#nodes.push(node);
    this.#size += 1;
  }

  get head(): TreeHead {
    return { size: treeSize(this.#size), root: foldRoot(this.#nodes) };
  }
}
