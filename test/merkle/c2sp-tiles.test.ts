import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import { grow } from '../../merkle/grow.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { emptyTile, readSlot, slotOf, tileRoot, tileWidth, writeSlot } from '../../merkle/tile.ts';
import { treeSize } from '../../merkle/types.ts';

describe('tlog-tiles: where a node stands', () => {
  it('starts each row where the one before ends, and has a place for every node below the root of a tile', () => {
    const slots = new Set<number>();
    for (let level = 0; level < 8; level += 1) {
      for (let index = 0; index < 256 / 2 ** level; index += 1) {
        const { tile, slot } = slotOf({ level, index });
        expect(tile).toEqual({ level: 0, index: 0 });
        slots.add(slot);
      }
    }
    expect([...slots].sort((a, b) => a - b)).toEqual(Array.from({ length: 510 }, (_, i) => i));
  });
  it('puts the root of a tile among the hashes of the next level', () => {
    expect(slotOf({ level: 8, index: 300 })).toEqual({ tile: { level: 1, index: 1 }, slot: 44 });
    expect(slotOf({ level: 17, index: 2 ** 33 })).toEqual({ tile: { level: 2, index: 2 ** 26 }, slot: 256 });
  });
  it('knows how wide a tile is in a tree', () => {
    expect(tileWidth({ level: 0, index: 0 }, treeSize(0))).toBe(0);
    expect(tileWidth({ level: 0, index: 273 }, treeSize(70_000))).toBe(112);
    expect(tileWidth({ level: 1, index: 1 }, treeSize(70_000))).toBe(17);
    expect(tileWidth({ level: 1, index: 0 }, treeSize(70_000))).toBe(256);
    expect(tileWidth({ level: 3, index: 0 }, treeSize(70_000))).toBe(0);
  });
  it('gives the root of 256 leaves from a full tile', () => {
    const leaves = Array.from({ length: 256 }, (_, i) => hashLeaf(utf8(String(i))));
    const { head, nodes } = grow(treeSize(0), [], leaves);
    const tile = emptyTile();
    for (const node of nodes.filter(({ level }) => level < 8)) writeSlot(tile, slotOf(node).slot, node.hash);
    expect(toHex(tileRoot(tile))).toBe(toHex(head.root));
    expect(toHex(readSlot(tile, 255))).toBe(toHex(leaves[255] as Uint8Array));
  });
});
