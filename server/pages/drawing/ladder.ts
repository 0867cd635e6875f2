import { hashChildren } from '../../../merkle/hash.ts';
import { consistencyRanges, inclusionPath, split } from '../../../merkle/plan.ts';
import type { LeafRange, LogIndex, NodeHash, Proof, TreeSize } from '../../../merkle/types.ts';

/*
 * A proof as a way up the tree: from one node to the root, and beside each step the sibling that it takes. A tree of any
 * size needs no more of it than that.
 */

/** A subtree on the way, or beside it. */
export interface LadderNode {
  readonly range: LeafRange;
  readonly hash: NodeHash;
}

/** One step: a sibling beside the way, and the node above both. */
export interface Step {
  readonly side: 'left' | 'right';
  readonly sibling: LadderNode;
  readonly parent: LadderNode;
}

export interface Ladder {
  readonly start: LadderNode;
  readonly steps: readonly Step[];
}

/** The way from a leaf to the root: RFC 9162 §2.1.3. Undefined for a proof of another length. */
export function inclusionLadder(index: LogIndex, size: TreeSize, leaf: NodeHash, proof: Proof): Ladder | undefined {
  const ranges = inclusionPath(index, size, wholeRange, (from): LeafRange => ({ from, to: size }));
  return climb({ range: { from: index, to: index + 1 }, hash: leaf }, ranges, proof);
}

/**
 * The way from a subtree that both trees have to the root of the larger: RFC 9162 §2.1.4. What stands to its left is in the
 * smaller tree too, what stands to its right came later. Undefined for a proof of another length.
 *
 * @param oldRoot - of the smaller tree, which is the start where it is a subtree of the larger
 */
export function consistencyLadder(old: TreeSize, size: TreeSize, oldRoot: NodeHash, proof: Proof): Ladder | undefined {
  if (old === size) return { start: { range: { from: 0, to: size }, hash: oldRoot }, steps: [] };
  const ranges = consistencyRanges(old, size);
  if (split(old + 1) === old) return climb({ range: { from: 0, to: old }, hash: oldRoot }, ranges, proof);
  const [first, ...rest] = ranges;
  const [hash, ...siblings] = proof;
  if (first === undefined || hash === undefined) return undefined;
  return climb({ range: first, hash }, rest, siblings);
}

function wholeRange(level: number, index: number): LeafRange {
  return { from: index * 2 ** level, to: (index + 1) * 2 ** level };
}

function climb(start: LadderNode, ranges: readonly LeafRange[], proof: Proof): Ladder | undefined {
  if (ranges.length !== proof.length) return undefined;
  const steps: Step[] = [];
  let node = start;
  for (const [i, range] of ranges.entries()) {
    const sibling = { range, hash: proof[i] as NodeHash };
    const side = range.to <= node.range.from ? 'left' : 'right';
    const [left, right] = side === 'left' ? [sibling, node] : [node, sibling];
    const parent = {
      range: { from: left.range.from, to: right.range.to },
      hash: hashChildren(left.hash, right.hash),
    };
    steps.push({ side, sibling, parent });
    node = parent;
  }
  return { start, steps };
}
