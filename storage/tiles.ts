import type { Tile, TileId } from '../merkle/tile.ts';

/** A tile that a commit has filled. Its first 256 hashes are what C2SP serves, and all that an engine has to keep. */
export interface FullTile extends TileId {
  readonly tile: Tile;
}

/** A full tile as it is kept: 256 hashes, 8,192 bytes, and behind them perhaps the nodes above, as `Tile` has them. */
export type StoredTile = Uint8Array;

/** Reads of full tiles. They are written by `HeadRegister.commit`. */
export interface TileReads {
  /** Full tiles, in the order asked. @throws if one was never committed */
  tiles(ids: readonly TileId[]): Promise<readonly StoredTile[]>;
}
