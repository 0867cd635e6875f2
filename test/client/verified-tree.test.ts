import { describe, expect, it } from 'vitest';
import { concatBytes, parseHex, utf8 } from '../../base/bytes.ts';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { UnverifiedTile } from '../../client/failures.ts';
import { VerifiedTree } from '../../client/verified-tree.ts';
import { packBodies } from '../../merkle/entry-bundle.ts';
import type { TileId } from '../../merkle/tile.ts';
import { nodeHash, type RootHash, treeSize } from '../../merkle/types.ts';
import { referenceRoot } from '../support/reference-tree.ts';
import { reasonOf } from '../support/verdicts.ts';

const SIZE = 600;
const leavesOf = (branch: string) => Array.from({ length: SIZE }, (_, i) => utf8(`${i < 300 ? '' : branch} ${i}`));
const LEAVES = leavesOf('');

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return parseHex(referenceRoot(leaves), 32) ?? new Uint8Array();
}

function headOf(size: number, leaves: readonly Uint8Array[] = LEAVES, origin = 'log.test'): Checkpoint {
  return { origin, size: treeSize(size), root: nodeHash(rootOf(leaves.slice(0, size))) as RootHash };
}

/** Tiles and bundles of a tree, and those that were asked for. @param spoilt - a tile whose last byte is another */
function sourceOf(leaves: readonly Uint8Array[], spoilt = '') {
  const asked: string[] = [];
  const tile = async ({ level, index }: TileId, width: number): Promise<Uint8Array> => {
    asked.push(`${level}/${index}`);
    const under = 256 ** level;
    const hashes = Array.from({ length: width }, (_, i) => (index * 256 + i) * under);
    const bytes = concatBytes(...hashes.map((from) => rootOf(leaves.slice(from, from + under))));
    if (spoilt === `${level}/${index}`) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return bytes;
  };
  const bundle = async (number: number, width: number): Promise<Uint8Array> =>
    packBodies(leaves.slice(number * 256, number * 256 + width));
  return { tile, bundle, asked };
}

describe('c2sp.org/tlog-tiles: a tree read by client/', () => {
  it('has the tiles, bundles and earlier roots of the log', async () => {
    const source = sourceOf(LEAVES);
    const tree = await VerifiedTree.open(source, headOf(SIZE));
    expect(source.asked).toEqual(['0/2', '1/0']);
    expect(await tree.bundle(1, 256)).toEqual(await source.bundle(1, 256));
    for (const size of [1, 255, 256, 300, 599]) expect(await tree.rootAt(treeSize(size))).toEqual(headOf(size).root);
  });

  it('refuses a tile at the right edge, a full tile and a bundle that do not hash to the root', async () => {
    for (const spoilt of ['0/2', '1/0'])
      await expect(VerifiedTree.open(sourceOf(LEAVES, spoilt), headOf(SIZE))).rejects.toThrow(UnverifiedTile);
    const tree = await VerifiedTree.open(sourceOf(LEAVES, '0/1'), headOf(SIZE));
    await expect(tree.tile({ level: 0, index: 0 })).resolves.toBeDefined();
    await expect(tree.tile({ level: 0, index: 1 })).rejects.toThrow('tile 0/1 of log.test is not the one');
    const other = { ...sourceOf(LEAVES), bundle: sourceOf(leavesOf('other')).bundle };
    const mixed = await VerifiedTree.open(other, headOf(SIZE));
    await expect(mixed.bundle(0, 256)).resolves.toBeDefined();
    await expect(mixed.bundle(1, 256)).rejects.toThrow('entry bundle 1 of log.test does not hold');
  });

  it('extends each head that it has had', async () => {
    const tree = await VerifiedTree.open(sourceOf(LEAVES), headOf(SIZE));
    for (const size of [0, 1, 256, 511, 599, SIZE]) expect(await tree.extends(headOf(size))).toEqual({ holds: true });
  });

  it('extends no fork, no larger head, and no head of another log', async () => {
    const tree = await VerifiedTree.open(sourceOf(LEAVES), headOf(SIZE));
    const fork = leavesOf('other');
    expect(await tree.extends(headOf(300, fork))).toEqual({ holds: true });
    expect(reasonOf(await tree.extends(headOf(301, fork)))).toMatch(/does not begin with the 301 entries/);
    expect(reasonOf(await tree.extends(headOf(SIZE, fork)))).toMatch(/does not begin with the 600 entries/);
    expect(reasonOf(await tree.extends(headOf(1, LEAVES, 'other.test')))).toMatch(/are different logs$/);
    const small = await VerifiedTree.open(sourceOf(LEAVES), headOf(599));
    expect(reasonOf(await small.extends(headOf(SIZE)))).toMatch(/has 599 entries, and had 600 before$/);
  });
});
