import { foldRoot } from './fold.ts';
import { hashChildren } from './hash.ts';
import { type LeafHash, type NodeHash, type NodeId, type TreeHead, type TreeSize, treeSize } from './types.ts';

export interface StoredNode extends NodeId {
  readonly hash: NodeHash;
}

/** A tree after leaves were added to it. Computing it stores nothing. */
export interface Growth {
  readonly head: TreeHead;
  /** Every subtree that these leaves completed, once each: fewer than `2·leaves + log₂ size`, children before parents. */
  readonly nodes: readonly StoredNode[];
}

/**
 * Appends `leaves` to the tree of `size` whose covering nodes hash to `edge`.
 * Leaf n completes one subtree for each trailing one-bit of n.
 */
export function grow(size: TreeSize, edge: readonly NodeHash[], leaves: readonly LeafHash[]): Growth {
  const right = [...edge];
  const nodes: StoredNode[] = [];
  let n: number = size;
  for (const leaf of leaves) {
    let node: StoredNode = { level: 0, index: n, hash: leaf };
    nodes.push(node);
    while (node.index % 2 === 1) {
      const left = right.pop();
      if (left === undefined) throw new Error('edge is shorter than its size says');
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: hashChildren(left, node.hash) };
      nodes.push(node);
    }
    right.push(node.hash);
    n += 1;
  }
  return { head: { size: treeSize(n), root: foldRoot(right) }, nodes };
}
