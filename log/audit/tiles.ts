import { equalBytes } from '../../base/bytes.ts';
import {
  completeTile,
  readSlot,
  type Tile,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileId,
  tileOf,
  tileRoot,
} from '../../merkle/tile.ts';
import type { NodeHash } from '../../merkle/types.ts';
import type { StoredTile, TileReads } from '../../storage/tiles.ts';
import { DamagedStore } from '../../storage/failures.ts';
import { Damaged } from './reports.ts';

/**
 * Makes a full tile again from the 256 hashes that stand below it, and compares it with the stored one, node by node.
 *
 * @returns the hash above it
 * @throws Damaged
 */
export async function checkTile(store: TileReads, id: TileId, hashes: readonly NodeHash[]): Promise<NodeHash> {
  const made = tileOf(hashes);
  const stored = await storedTile(store, id);
  if (equalBytes(made, stored)) return tileRoot(made);
  throw damageIn(id, made, stored);
}

async function storedTile(store: TileReads, id: TileId): Promise<Tile> {
  try {
    const [tile] = await store.tiles([id]);
    return completeTile(tile as StoredTile);
  } catch (error) {
    if (!(error instanceof DamagedStore)) throw error;
    throw new Damaged(firstLeaf(id), error.message);
  }
}

function damageIn(id: TileId, made: Tile, stored: Tile): Damaged {
  if (stored.length !== made.length)
    return new Damaged(firstLeaf(id), `${nameOf(id)} has ${stored.length} bytes and not ${made.length}`);
  const slot = Array.from({ length: made.length / HASH }, (_, i) => i).find(
    (i) => !equalBytes(readSlot(made, i), readSlot(stored, i)),
  );
  const node = nodeAt(id, slot ?? 0);
  // A tile whose upper nodes fit its own hashes has not been damaged by chance: then it is what was hashed that changed.
  if (id.level === 0 && node.level === 0 && isWhole(stored))
    return new Damaged(
      node.index,
      `entry ${node.index} is not the one that was logged: ${nameOf(id)} has another hash`,
    );
  const width = 2 ** node.level;
  return new Damaged(
    node.index * width,
    `${nameOf(id)} is damaged: its hash of level ${node.level}, number ${node.index}, is not that of the entries from ${node.index * width} to ${(node.index + 1) * width - 1}`,
  );
}

function isWhole(tile: Tile): boolean {
  const hashes = Array.from({ length: TILE_WIDTH }, (_, i) => readSlot(tile, i));
  return equalBytes(tileOf(hashes), tile);
}

const HASH = 32;
const nameOf = ({ level, index }: TileId): string => `tile ${level}/${index}`;
const firstLeaf = ({ level, index }: TileId): number => index * TILE_WIDTH ** (level + 1);

/** The node in a slot: rows of 256, 128, 64 … hashes follow each other. */
function nodeAt({ level, index }: TileId, slot: number): { readonly level: number; readonly index: number } {
  let [row, width, first] = [0, TILE_WIDTH, 0];
  while (slot >= first + width) [row, width, first] = [row + 1, width / 2, first + width];
  return { level: level * TILE_HEIGHT + row, index: index * width + slot - first };
}
