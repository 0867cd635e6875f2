import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHex, toHex } from '../../base/bytes.ts';
import { foldProof, foldRoot } from '../../merkle/fold.ts';
import { grow } from '../../merkle/grow.ts';
import { emptyRoot, hashLeaf } from '../../merkle/hash.ts';
import { coveringNodes, inclusionPath, split } from '../../merkle/plan.ts';
import {
  type LeafHash,
  type LeafRange,
  type NodeHash,
  type NodeId,
  type TreeHead,
  logIndex,
  treeSize,
} from '../../merkle/types.ts';
import { verifyInclusion } from '../../merkle/verify.ts';

/** The eight leaves, and the roots of the trees of 0 to 8 of them, that Certificate Transparency implementations share. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** A tree that was grown one leaf at a time, with every head it has had. */
class Grown {
  readonly nodes = new Map<string, NodeHash>();
  readonly heads: TreeHead[] = [{ size: treeSize(0), root: emptyRoot() }];

  constructor(leaves: readonly LeafHash[]) {
    for (const leaf of leaves) {
      const size = treeSize(this.heads.length - 1);
      const growth = grow(size, this.read(coveringNodes({ from: 0, to: size })), [leaf]);
      for (const { level, index, hash } of growth.nodes) this.nodes.set(`${level}/${index}`, hash);
      this.heads.push(growth.head);
    }
  }

  read(ids: readonly NodeId[]): NodeHash[] {
    return ids.map(({ level, index }) => this.nodes.get(`${level}/${index}`) as NodeHash);
  }

  head(size: number): TreeHead {
    return this.heads[size] as TreeHead;
  }
}

describe('RFC 9162 §2.1.1 Merkle tree hash', () => {
  const leaves = LEAVES.map((hex) => hashLeaf(parseHex(hex, hex.length / 2) as Uint8Array));
  const tree = new Grown(leaves);
  for (const [size, root] of ROOTS.entries()) {
    it(`of ${size} leaves`, () => expect(toHex(tree.head(size).root)).toBe(root));
  }
  it('is the same whether leaves come one by one or together', () => {
    expect(toHex(grow(treeSize(0), [], leaves).head.root)).toBe(ROOTS[8]);
    expect(toHex(foldRoot([]))).toBe(ROOTS[0]);
  });
});

/** The leaves below each hash of an inclusion proof. */
function rangesOf(index: number, size: number): readonly LeafRange[] {
  const complete = (level: number, at: number): LeafRange => ({ from: at * 2 ** level, to: (at + 1) * 2 ** level });
  return inclusionPath(logIndex(index), treeSize(size), complete, (from) => ({ from, to: size }));
}

describe('RFC 9162 §2.1.1 the split, far beyond 2^31', () => {
  it('is the largest power of two smaller than n, around every power of two to 2^53', () => {
    for (let e = 1; e <= 53; e += 1) {
      for (const n of [-1, 0, 1, 2].map((d) => 2 ** e + d)) {
        if (n < 2 || !Number.isSafeInteger(n)) continue;
        let k = 1n;
        while (2n * k < BigInt(n)) k *= 2n;
        expect(BigInt(split(n))).toBe(k);
      }
    }
  });
  it('lets the ranges of a proof and its leaf tile the tree, whatever its size', () => {
    const tall = fc.maxSafeNat().filter((n) => n > 0);
    fc.assert(
      fc.property(tall, fc.double({ min: 0, max: 1, noNaN: true }), (n, at) => {
        const index = Math.min(n - 1, Math.floor(at * n));
        const ranges = rangesOf(index, n);
        const all = [...ranges, { from: index, to: index + 1 }].sort((a, b) => a.from - b.from);
        expect([all[0]?.from, all.at(-1)?.to]).toEqual([0, n]);
        for (const [i, range] of all.slice(1).entries()) expect(range.from).toBe(all[i]?.to);
        for (const { level, index: place } of all.flatMap(coveringNodes))
          expect(Number.isInteger(level) && Number.isInteger(place)).toBe(true);
      }),
    );
  });
});

/** A tree of which only what a proof needs is made up, so that it can be as tall as 2^40 leaves. */
describe('RFC 9162 §2.1.3 and §2.1.4 in sparse trees to 2^40', () => {
  const hashOf = ({ level, index }: NodeId): NodeHash => hashLeaf(new TextEncoder().encode(`${level}/${index}`));
  const sizes = fc.integer({ min: 1, max: 2 ** 40 });
  it('proves a leaf under the root that the same nodes give', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (size, at) => {
        const index = Math.floor(at * size);
        const ranges = rangesOf(index, size);
        const proof = foldProof(ranges, ranges.flatMap(coveringNodes).map(hashOf));
        const leaf = hashLeaf(Uint8Array.of(1));
        const root = climb(index, size, leaf, proof);
        const head = { size: treeSize(size), root } as TreeHead;
        expect(verifyInclusion(head, logIndex(index), leaf, proof)).toBe(true);
        expect(verifyInclusion(head, logIndex(index), hashLeaf(Uint8Array.of(2)), proof)).toBe(false);
      }),
    );
  });
});

/** The root above `leaf`, by the recursion of RFC 9162 §2.1.3.1 run backwards. */
function climb(index: number, size: number, leaf: NodeHash, proof: readonly NodeHash[]): NodeHash {
  if (size === 1) return leaf;
  const k = split(size);
  const sibling = proof.at(-1) as NodeHash;
  const rest = proof.slice(0, -1);
  return index < k
    ? foldRoot([climb(index, k, leaf, rest), sibling])
    : foldRoot([sibling, climb(index - k, size - k, leaf, rest)]);
}
