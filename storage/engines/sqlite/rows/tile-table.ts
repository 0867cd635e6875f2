import type Database from 'better-sqlite3';
import type { Tile, TileId } from '../../../../merkle/tile.ts';
import { DamagedStore } from '../../../failures.ts';
import { quickSum } from './checksum.ts';

/*
 * Full tiles. Their checksums are in a table of their own, where they cost a log that is older than them a few bytes a
 * tile, and not another copy of all tiles.
 */

/** Tiles of one level beside each other, below 2^53: seven levels, and more tiles in each than 2^53 leaves fill. */
const LEVEL = 2 ** 48;

export function tilePlace({ level, index }: TileId): number {
  return level * LEVEL + index;
}

/** @throws DamagedStore unless the tile is there, and is what was written */
export function tileReader(db: Database.Database): (id: TileId) => Tile {
  const find = findTile(db);
  return (id) => {
    const tile = find(id);
    if (tile !== undefined) return tile;
    throw new DamagedStore(`tile ${id.level}/${id.index} is missing`);
  };
}

/** Undefined if there is none. @throws DamagedStore if it is not what was written */
export function findTile(db: Database.Database): (id: TileId) => Tile | undefined {
  const sql = db.prepare<[number], { readonly nodes: Buffer; readonly checksum: number | null }>(
    'SELECT nodes, (SELECT checksum FROM tile_sum WHERE tile_sum.place = tile.place) AS checksum FROM tile WHERE place = ?',
  );
  return (id) => {
    const place = tilePlace(id);
    const row = sql.get(place);
    if (row === undefined) return undefined;
    if (row.checksum === quickSum(place, row.nodes)) return row.nodes;
    throw new DamagedStore(`tile ${id.level}/${id.index} is damaged`);
  };
}

/** Adds a tile. For a transaction. */
export function tileWriter(db: Database.Database): (place: number, nodes: Uint8Array) => void {
  const tile = db.prepare('INSERT INTO tile VALUES (?, ?)');
  const sum = db.prepare('INSERT INTO tile_sum VALUES (?, ?)');
  return (place, nodes) => {
    tile.run(place, nodes);
    sum.run(place, quickSum(place, nodes));
  };
}
