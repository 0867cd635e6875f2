import { equalBytes } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { TILE_HEIGHT, TILE_WIDTH, tileOf, tileRoot } from '../../merkle/tile.ts';
import { treeSize } from '../../merkle/types.ts';
import type { AuditedLog } from '../../storage/engine.ts';
import type { FullTile } from '../../storage/tiles.ts';
import { loadTileCache } from '../load-tile-cache.ts';
import { HeadVerifier, type VerifiableShard } from '../signers/head-verifier.ts';
import { Damaged } from './reports.ts';

/**
 * Makes a tile over leaves again from its entries.
 *
 * @param size - of a head, whose root and signatures are checked with the new tile in its place
 * @throws Damaged, LogRefused, DamagedStore unless the tile is the one under that head
 */
export async function remakeTile(
  reading: AuditedLog,
  shard: VerifiableShard,
  index: number,
  size: number,
): Promise<FullTile> {
  const first = index * TILE_WIDTH;
  const tile = tileOf(Array.from(reading.scan(first, first + TILE_WIDTH), ({ body }) => hashLeaf(body)));
  const head = await reading.headAt(treeSize(size));
  if (head === undefined) throw new Damaged(size, `the head of ${size} entries is missing`);
  new HeadVerifier(shard).requireSigned(head);
  const mended: Pick<AuditedLog, 'tiles' | 'entry'> = {
    entry: (at) => reading.entry(at),
    tiles: async (ids) => {
      const isOther = (id: (typeof ids)[number]): boolean => id.level !== 0 || id.index !== index;
      const others = await reading.tiles(ids.filter(isOther));
      let next = 0;
      return ids.map((id) => (isOther(id) ? (others[next++] ?? new Uint8Array()) : tile));
    },
  };
  const cache = await loadTileCache(mended, treeSize(size), head);
  const [above] = await cache.read([{ level: TILE_HEIGHT, index }]);
  if (above !== undefined && equalBytes(above, tileRoot(tile))) return { level: 0, index, tile };
  throw new Damaged(first, `tile 0/${index} cannot be made again: its entries are not those that were logged`);
}
