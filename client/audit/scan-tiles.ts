import { TILE_WIDTH, tileWidth } from '../../merkle/tile.ts';
import type { LeafRange } from '../../merkle/types.ts';
import type { VerifiedTree } from '../verified-tree.ts';

/** Bundles asked for at once. */
const BUNDLES_AT_ONCE = 8;

/**
 * Reads every entry of a range and hashes it again: each bundle against its tile, and each tile against the one above, up to
 * the signed root.
 *
 * @param range - begins at a multiple of 256, and ends at one or with the tree
 * @returns bytes of the bundles
 * @throws UnverifiedTile naming the first bundle or tile that is not the one that was signed for
 */
export async function scanTiles(tree: VerifiedTree, { from, to }: LeafRange): Promise<number> {
  const [first, end] = [Math.floor(from / TILE_WIDTH), Math.ceil(to / TILE_WIDTH)];
  let bytes = 0;
  for (let number = first; number < end; number += BUNDLES_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(BUNDLES_AT_ONCE, end - number) }, (_, i) => number + i);
    const bundles = await Promise.all(
      numbers.map((one) => tree.bundle(one, tileWidth({ level: 0, index: one }, tree.head.size))),
    );
    for (const bundle of bundles) bytes += bundle.length;
  }
  return bytes;
}
