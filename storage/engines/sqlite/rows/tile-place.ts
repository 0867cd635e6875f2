import type { TileId } from '../../../../merkle/tile.ts';

/** Tiles of one level beside each other, below 2^53: seven levels, and more tiles in each than 2^53 leaves fill. */
const LEVEL = 2 ** 48;

export function tilePlace({ level, index }: TileId): number {
  return level * LEVEL + index;
}
