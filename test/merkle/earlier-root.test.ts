import { describe, expect, it } from 'vitest';
import { parseHex, toHex, utf8 } from '../../base/bytes.ts';
import { nodeHash, type Proof, type RootHash, type TreeHead, treeSize } from '../../merkle/types.ts';
import { earlierRoot, verifyConsistency } from '../../merkle/verify.ts';
import { referenceConsistency, referenceRoot } from '../support/reference-tree.ts';

const SIZE = 70;
const LEAVES = Array.from({ length: SIZE }, (_, i) => utf8(`leaf ${i}`));
const hashOf = (hex: string) => nodeHash(parseHex(hex, 32) ?? new Uint8Array());
const headOf = (size: number): TreeHead => ({
  size: treeSize(size),
  root: hashOf(referenceRoot(LEAVES, size)) as RootHash,
});
const proofOf = (old: number, size: number): Proof => referenceConsistency(LEAVES, old, size).map(hashOf);
const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));

describe('RFC 9162 §2.1.4.2: the earlier root in a consistency proof', () => {
  it('is that of every tree that is no power of two, in every larger one', () => {
    for (let size = 2; size <= SIZE; size += 1)
      for (let old = 1; old < size; old += 1) {
        const root = earlierRoot(treeSize(old), headOf(size), proofOf(old, size));
        expect([old, size, root && toHex(root)]).toEqual([
          old,
          size,
          isPowerOfTwo(old) ? undefined : toHex(headOf(old).root),
        ]);
        expect(verifyConsistency(headOf(old), headOf(size), proofOf(old, size))).toBe(true);
      }
  });

  it('is in no proof with a changed hash, of another length or of other sizes', () => {
    const [old, head, proof] = [treeSize(37), headOf(SIZE), proofOf(37, SIZE)];
    for (const i of proof.keys()) {
      const changed = proof.map((hash, at) => (at === i ? hashOf('11'.repeat(32)) : hash));
      expect(earlierRoot(old, head, changed)).toBeUndefined();
    }
    expect(earlierRoot(old, head, proof.slice(1))).toBeUndefined();
    expect(earlierRoot(old, head, [...proof, hashOf('11'.repeat(32))])).toBeUndefined();
    expect(earlierRoot(old, head, [])).toBeUndefined();
    expect(earlierRoot(treeSize(0), head, proof)).toBeUndefined();
    expect(earlierRoot(treeSize(SIZE), head, [])).toBeUndefined();
  });
});
