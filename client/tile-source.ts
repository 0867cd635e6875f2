import type { VerifierKey } from '../checkpoint/key.ts';
import type { TileId } from '../merkle/tile.ts';

/** Where a log's tiles come from: c2sp.org/tlog-tiles. What it gives is checked before it is used. */
export interface TileSource {
  /** The key that signs its checkpoints; its name is the origin. */
  readonly key: VerifierKey;
  /** The signed note that is published now. */
  checkpoint(): Promise<string>;
  /** The first `width` hashes (1 to 256) of a tile, 32 bytes each. */
  tile(id: TileId, width: number): Promise<Uint8Array>;
  /** The first `width` entries (1 to 256) of bundle `number`, not compressed. */
  bundle(number: number, width: number): Promise<Uint8Array>;
}
