import { hexToBytes } from '@noble/hashes/utils.js';
import { utf8 } from '../../base/bytes.ts';
import { type Checkpoint } from '../../checkpoint/checkpoint.ts';
import { type Proof, type RootHash, type TreeHead, nodeHash, treeSize } from '../../merkle/types.ts';
import { referenceConsistency, referencePath, referenceRoot } from '../support/reference-tree.ts';

/** A tree of the leaves `0`, `1` and so on, as the RFC's own recursion hashes it. */
export const LEAVES = Array.from({ length: 40 }, (_, i) => utf8(String(i)));

const hashes = (hex: readonly string[]): Proof => hex.map((one) => nodeHash(hexToBytes(one)));

export function headOf(size: number): TreeHead {
  return { size: treeSize(size), root: nodeHash(hexToBytes(referenceRoot(LEAVES, size))) as RootHash };
}

export function checkpointOf(origin: string, size: number): Checkpoint {
  return { origin, ...headOf(size) };
}

/** From `old`, which is not 0, to `size`. */
export function consistency(old: number, size: number): Proof {
  return hashes(referenceConsistency(LEAVES, old, size));
}

export function inclusion(index: number, size: number): Proof {
  return hashes(referencePath(LEAVES, index, size));
}
