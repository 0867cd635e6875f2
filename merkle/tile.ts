import { hashChildren, hashPair } from './hash.ts';
import { type NodeHash, type NodeId, type TreeSize, nodeHash } from './types.ts';

/** A row of up to 256 hashes, `level`·8 above the leaves: c2sp.org/tlog-tiles, "Merkle Tree". */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

/**
 * A tile and the nodes above its hashes, so that no proof has to hash: the 256 hashes that C2SP serves first, then
 * 128 of their parents, 64, 32, 16, 8, 4 and 2. The hash above those two is the next level's.
 */
export type Tile = Uint8Array;

export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;
const HASH = 32;

/** Where each of the eight rows starts, counted in hashes. */
const ROWS = [0, 256, 384, 448, 480, 496, 504, 508] as const;

export function emptyTile(): Tile {
  return new Uint8Array(510 * HASH);
}

/** The tile that holds `node`, and at which of its 510 hashes. */
export function slotOf({ level, index }: NodeId): { readonly tile: TileId; readonly slot: number } {
  const row = level % TILE_HEIGHT;
  const width = TILE_WIDTH / 2 ** row;
  const tile = { level: (level - row) / TILE_HEIGHT, index: Math.floor(index / width) };
  return { tile, slot: slotIn(level, index) };
}

/** Which hash of its tile a node is: 0 to 509. */
export function slotIn(level: number, index: number): number {
  const row = level % TILE_HEIGHT;
  return (ROWS[row] as number) + (index % (TILE_WIDTH / 2 ** row));
}

/** A view of the hash, not a copy. */
export function readSlot(tile: Tile, slot: number): NodeHash {
  return nodeHash(tile.subarray(slot * HASH, slot * HASH + HASH));
}

/** The same of a tile that must have it. @throws Error if nothing was written there: no hash is all zeros */
export function nodeAt(tile: Tile | undefined, slot: number): NodeHash {
  const hash = tile && readSlot(tile, slot);
  if (hash === undefined || hash.length < HASH || isBlank(hash)) throw new Error(`a tile has no hash at ${slot}`);
  return hash;
}

/** Compares the first bytes before the rest: most hashes differ there. */
function isBlank(hash: NodeHash): boolean {
  return hash[0] === 0 && hash.every((byte) => byte === 0);
}

export function writeSlot(tile: Tile, slot: number, hash: NodeHash): void {
  tile.set(hash, slot * HASH);
}

/** The tile that begins with these hashes, 256 at most, and the nodes that they complete. */
export function tileOf(hashes: readonly NodeHash[]): Tile {
  const tile = emptyTile();
  for (const [i, hash] of hashes.entries()) tile.set(hash, i * HASH);
  let [from, width] = [0, hashes.length];
  for (const row of ROWS.slice(1)) {
    width = Math.floor(width / 2);
    for (let i = 0; i < width; i += 1) {
      const pair = (from + 2 * i) * HASH;
      tile.set(hashPair(tile.subarray(pair, pair + 2 * HASH)), (row + i) * HASH);
    }
    from = row;
  }
  return tile;
}

/** The hashes of 32 bytes each, one after another, as tiles are served. @throws RangeError if the last one is cut short */
export function hashesIn(bytes: Uint8Array): readonly NodeHash[] {
  return Array.from({ length: Math.ceil(bytes.length / HASH) }, (_, i) =>
    nodeHash(bytes.subarray(i * HASH, (i + 1) * HASH)),
  );
}

/** Bytes of the 256 hashes of a full tile, without the nodes above them. */
const HASHES_BYTES = TILE_WIDTH * HASH;

/** Returns a full tile with its inner nodes: as it is if it has them, or else made of its 256 hashes. */
export function completeTile(tile: Uint8Array): Tile {
  return tile.length === HASHES_BYTES ? tileOf(hashesIn(tile)) : tile;
}

/** The hash above a full tile: one hash of the tile above it. */
export function tileRoot(tile: Tile): NodeHash {
  return hashChildren(readSlot(tile, 508), readSlot(tile, 509));
}

/** How many hashes the tile has in a tree of `size`: 0 to 256. */
export function tileWidth({ level, index }: TileId, size: TreeSize): number {
  const row = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, row - index * TILE_WIDTH));
}
