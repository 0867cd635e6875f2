import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import { InclusionProver, proveConsistency } from '../../log/prove.ts';
import { TileCache } from '../../log/tile-cache.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import type { Tile, TileId } from '../../merkle/tile.ts';
import { type LeafHash, logIndex, type NodeHash, type TreeHead, treeSize } from '../../merkle/types.ts';
import { verifyConsistency, verifyInclusion } from '../../merkle/verify.ts';
import { referenceConsistency, referencePath, referenceRoot } from '../support/reference-tree.ts';

const nameOf = ({ level, index }: TileId): string => `${level}/${index}`;

/** Full tiles in memory. */
class Tiles {
  readonly stored = new Map<string, Tile>();
  fails = false;

  tiles = async (ids: readonly TileId[]): Promise<Tile[]> => {
    if (this.fails) throw new Error('EIO: i/o error, read');
    return ids.map((id) => this.stored.get(nameOf(id)) as Tile);
  };
}

/** A tree that was grown one leaf at a time, as a log grows, with every head it has had. */
async function grown(leaves: readonly LeafHash[]) {
  const store = new Tiles();
  const tileCache = new TileCache(store);
  const heads: TreeHead[] = [];
  for (const [size, leaf] of leaves.entries()) {
    const { head, tiles } = await tileCache.grow(treeSize(size), [leaf]);
    for (const { tile, ...id } of tiles) store.stored.set(nameOf(id), tile);
    tileCache.markCommitted(tiles);
    heads[head.size] = head;
  }
  return {
    store,
    tileCache,
    prover: new InclusionProver(tileCache),
    headOf: (size: number) => heads[size] as TreeHead,
  };
}

/** The proof with one bit of one hash turned over; which bit differs from hash to hash. */
function flip(proof: readonly NodeHash[], at: number): readonly NodeHash[] {
  return proof.map((hash, i) => {
    const bit = (at * 37) % 256;
    const turned = Uint8Array.from(hash, (byte, j) => (j === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte));
    return i === at ? (turned as NodeHash) : hash;
  });
}

/** Each with one bit turned, one hash more, or one less. */
function* spoiled(proof: readonly NodeHash[], more: NodeHash): Generator<readonly NodeHash[]> {
  for (const at of proof.keys()) yield flip(proof, at);
  yield [...proof, more];
  if (proof.length > 0) yield* [proof.slice(1), proof.slice(0, -1)];
}

const SIZE = 130;
const DATA = Array.from({ length: SIZE }, (_, i) => Uint8Array.of(i));
const LEAVES = DATA.map(hashLeaf);
const leafAt = (index: number): LeafHash => LEAVES[index] as LeafHash;

describe('RFC 9162 §2.1.3 inclusion proofs as they are served: every leaf of every tree to 130', () => {
  it('are those of the recursive definition, verify, and do not once anything is changed', async () => {
    const { prover, headOf } = await grown(LEAVES);
    const accepted: string[] = [];
    for (let size = 1; size <= SIZE; size += 1) {
      const head = headOf(size);
      expect(toHex(head.root)).toBe(referenceRoot(DATA, size));
      for (let i = 0; i < size; i += 1) {
        const proof = await prover.prove(logIndex(i), leafAt(i), head.size);
        expect(proof.map((hash) => toHex(hash))).toEqual(referencePath(DATA, i, size));
        expect(verifyInclusion(head, logIndex(i), leafAt(i), proof)).toBe(true);
        const tried: [TreeHead, number, readonly NodeHash[]][] = [[head, (i + 1) % (size + 1), proof]];
        if (size > 1) tried.push([headOf(size - 1), i, proof]);
        for (const other of spoiled(proof, headOf(1).root)) tried.push([head, i, other]);
        for (const [under, index, other] of tried)
          if (verifyInclusion(under, logIndex(index), leafAt(i), other)) accepted.push(`${i} of ${size}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('hold for leaves on both sides of every edge of a tile, in trees that end there', async () => {
    const data = Array.from({ length: 66_049 }, (_, i) => utf8(`entry ${i}`));
    const leaves = data.map(hashLeaf);
    const store = new Tiles();
    const tileCache = new TileCache(store);
    const prover = new InclusionProver(tileCache);
    const edges = [255, 256, 257, 511, 512, 513, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, 66_048, 66_049];
    let size = 0;
    for (const next of edges) {
      const { head, tiles } = await tileCache.grow(treeSize(size), leaves.slice(size, next));
      for (const { tile, ...id } of tiles) store.stored.set(nameOf(id), tile);
      tileCache.markCommitted(tiles);
      size = next;
      expect(toHex(head.root)).toBe(referenceRoot(data, size));
      for (const index of [0, ...edges].flatMap((at) => [at - 1, at]).filter((at) => at >= 0 && at < size)) {
        const proof = await prover.prove(logIndex(index), leaves[index] as LeafHash, head.size);
        expect(proof.map((hash) => toHex(hash))).toEqual(referencePath(data, index, size));
        expect(verifyInclusion(head, logIndex(index), leaves[index] as LeafHash, proof)).toBe(true);
      }
    }
  });
});

describe('RFC 9162 §2.1.4 consistency proofs as they are served: every pair of sizes to 130', () => {
  it('are those of the recursive definition, verify, and do not once anything is changed', async () => {
    const { tileCache, headOf } = await grown(LEAVES);
    const accepted: string[] = [];
    for (let size = 1; size <= SIZE; size += 1) {
      for (let old = 1; old <= size; old += 1) {
        const proof = await proveConsistency(tileCache, treeSize(old), treeSize(size));
        expect(proof.map((hash) => toHex(hash))).toEqual(referenceConsistency(DATA, old, size));
        expect(verifyConsistency(headOf(old), headOf(size), proof)).toBe(true);
        for (const other of spoiled(proof, headOf(1).root))
          if (verifyConsistency(headOf(old), headOf(size), other)) accepted.push(`${old} to ${size}`);
      }
    }
    expect(accepted).toEqual([]);
  });
});

describe('a proof', () => {
  it('throws when a hash is missing', async () => {
    const { tileCache, prover, store } = await grown(DATA.concat(DATA, DATA).map(hashLeaf));
    await expect(tileCache.read([{ level: 0, index: 390 }])).rejects.toThrow('a tile has no hash at 134');
    await expect(proveConsistency(tileCache, treeSize(300), treeSize(400))).rejects.toThrow('a tile has no hash at');
    await expect(prover.prove(logIndex(385), leafAt(125), treeSize(395))).rejects.toThrow('a tile has no hash at');
    store.stored.clear();
    const fresh = new TileCache(store);
    await expect(new InclusionProver(fresh).prove(logIndex(0), leafAt(0), treeSize(256))).rejects.toThrow(
      'the store has no tile 1/0',
    );
  });

  it('that could not be read fails with those that wait for it, and with none after it', async () => {
    const leaves = Array.from({ length: 300 }, (_, i) => hashLeaf(utf8(`entry ${i}`)));
    const { store, headOf } = await grown(leaves);
    const tileCache = new TileCache(store);
    await tileCache.load(treeSize(300), leaves.slice(256));
    const prover = new InclusionProver(tileCache);
    const prove = () => prover.prove(logIndex(3), leaves[3] as LeafHash, treeSize(100));
    store.fails = true;
    const outcomes = await Promise.allSettled([prove(), prove()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    store.fails = false;
    expect(verifyInclusion(headOf(100), logIndex(3), leaves[3] as LeafHash, await prove())).toBe(true);
  });
});
