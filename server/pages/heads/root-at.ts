import type { Log } from '../../../log/types.ts';
import { foldRoot } from '../../../merkle/fold.ts';
import { coveringNodes } from '../../../merkle/plan.ts';
import { hashesIn, readSlot, slotOf, tileOf, tileWidth } from '../../../merkle/tile.ts';
import type { NodeHash, RootHash, TreeSize } from '../../../merkle/types.ts';

/** The root that a shard had when it had `size` entries, from its tiles: at most 53 nodes. Needs a size up to that of its head. */
export async function rootAt(log: Log, size: TreeSize): Promise<RootHash> {
  const head = log.head();
  if (size === head.size) return head.root;
  const hashes: NodeHash[] = [];
  for (const node of coveringNodes({ from: 0, to: size })) {
    const { tile, slot } = slotOf(node);
    const bytes = await log.tile(tile, tileWidth(tile, head.size));
    if (bytes === undefined) throw new Error(`a tree of ${head.size} has no tile ${tile.level}/${tile.index}`);
    hashes.push(readSlot(tileOf(hashesIn(bytes)), slot));
  }
  return foldRoot(hashes);
}
