import { expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { InclusionProver } from '../../log/prove.ts';
import { TileShelf } from '../../log/tiles.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import type { Tile, TileId } from '../../merkle/tile.ts';
import { logIndex, treeSize } from '../../merkle/types.ts';
import { verifyInclusion } from '../../merkle/verify.ts';

const LEAVES = Array.from({ length: 300 }, (_, i) => hashLeaf(utf8(`entry ${i}`)));
const nameOf = ({ level, index }: TileId): string => `${level}/${index}`;

it('a read that fails once spoils the proofs that wait for it, and none after it', async () => {
  const stored = new Map<string, Tile>();
  const [before, after] = [LEAVES.slice(0, 100), LEAVES.slice(100)];
  const growing = new TileShelf({ tiles: async () => [] });
  const { head } = await growing.grow(treeSize(0), before);
  for (const { tile, ...id } of (await growing.grow(treeSize(100), after)).tiles) stored.set(nameOf(id), tile);

  let fails = false;
  const shelf = new TileShelf({
    tiles: async (ids) => {
      if (fails) throw new Error('EIO: i/o error, read');
      return ids.map((id) => stored.get(nameOf(id)) as Tile);
    },
  });
  await shelf.load(treeSize(300), LEAVES.slice(256));
  const prover = new InclusionProver(shelf);
  const prove = () => prover.prove(logIndex(3), LEAVES[3] as never, head.size);
  fails = true;
  const outcomes = await Promise.allSettled([prove(), prove()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(verifyInclusion(head, logIndex(3), LEAVES[3] as never, await prove())).toBe(true);
});
