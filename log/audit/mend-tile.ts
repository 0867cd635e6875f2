import { equalBytes } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { completeTile, TILE_HEIGHT, TILE_WIDTH, type TileId, tileOf, tileRoot } from '../../merkle/tile.ts';
import { type NodeHash, treeSize } from '../../merkle/types.ts';
import type { AuditedLog } from '../../storage/engine.ts';
import type { FullTile } from '../../storage/tiles.ts';
import { loadTileCache } from '../load-tile-cache.ts';
import { HeadVerifier, type VerifiableShard } from '../signers/head-verifier.ts';
import { Damaged } from './reports.ts';

/**
 * Makes a tile again from what stands below it: its entries, or the tiles of the level below.
 *
 * @param size - of a head, whose root and signatures are checked with the new tile in its place
 * @throws Damaged, LogRefused, DamagedStore unless the tile is the one under that head
 */
export async function remakeTile(
  reading: AuditedLog,
  shard: VerifiableShard,
  id: TileId,
  size: number,
): Promise<FullTile> {
  const { level, index } = id;
  const first = index * TILE_WIDTH ** (level + 1);
  const tile = tileOf(await hashesBelow(reading, id));
  const head = await reading.headAt(treeSize(size));
  if (head === undefined) throw new Damaged(size, `the head of ${size} entries is missing`);
  new HeadVerifier(shard).requireSigned(head);
  const mended: Pick<AuditedLog, 'tiles' | 'entry'> = {
    entry: (at) => reading.entry(at),
    tiles: async (ids) => {
      const isOther = (other: TileId): boolean => other.level !== level || other.index !== index;
      const others = await reading.tiles(ids.filter(isOther));
      let next = 0;
      return ids.map((one) => (isOther(one) ? (others[next++] ?? new Uint8Array()) : tile));
    },
  };
  const cache = await loadTileCache(mended, treeSize(size), head);
  const [above] = await cache.read([{ level: (level + 1) * TILE_HEIGHT, index }]);
  if (above !== undefined && equalBytes(above, tileRoot(tile))) return { level, index, tile };
  throw new Damaged(first, `tile ${level}/${index} cannot be made again: what stands below it is not what was logged`);
}

async function hashesBelow(reading: AuditedLog, { level, index }: TileId): Promise<readonly NodeHash[]> {
  const first = index * TILE_WIDTH;
  if (level === 0) return Array.from(reading.scan(first, first + TILE_WIDTH), ({ body }) => hashLeaf(body));
  const below = Array.from({ length: TILE_WIDTH }, (_, i) => ({ level: level - 1, index: first + i }));
  const tiles = await reading.tiles(below);
  return tiles.map((tile) => tileRoot(completeTile(tile)));
}
