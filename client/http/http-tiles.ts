import { firstBodies } from '../../merkle/entry-bundle.ts';
import { formatTilePath, type TileResource } from '../../merkle/tile-path.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { TileSource } from '../tile-source.ts';
import { statusFailure } from './answers.ts';
import { NoLog } from './failures.ts';
import { readText, type Transport } from './transport.ts';

const HASH = 32;
/** Bytes of 256 entries of 65,535 bytes, each with its length. */
const BUNDLE_LIMIT = TILE_WIDTH * 65_537;
/** Bytes of a tile; more than a tile has, so that one that is too long is told from one that is right. */
const TILE_LIMIT = 2 * TILE_WIDTH * HASH;
/** Bytes of a signed note. */
const NOTE_LIMIT = 65_536;

/** Tiles below one address: c2sp.org/tlog-tiles. What they give is not checked. */
export type HttpTiles = Omit<TileSource, 'key'>;

/** @param prefix - path below which the log's files are: empty, or `/api/v2` */
export function httpTiles(transport: Transport, prefix: string): HttpTiles {
  const get = async (path: string, limit: number): Promise<Uint8Array | undefined> => {
    const answer = await transport.ask(`${prefix}/${path}`, { limit });
    if (answer.status === 200) return answer.body;
    if (answer.status === 404) return undefined;
    throw statusFailure(answer, path);
  };
  const need = async (path: string, limit: number): Promise<Uint8Array> => {
    const bytes = await get(path, limit);
    if (bytes !== undefined) return bytes;
    throw new NoLog(`${transport.base}${prefix}/${path} is not there, and a log of that size needs it`);
  };
  /** A log may forget a partial tile once it is full, whose beginning it is. */
  const resource = async (wanted: TileResource, limit: number, cut: (bytes: Uint8Array) => Uint8Array) => {
    const path = `tile/${formatTilePath(wanted)}`;
    if (wanted.width === TILE_WIDTH) return need(path, limit);
    const partial = await get(path, limit);
    return partial ?? cut(await need(`tile/${formatTilePath({ ...wanted, width: TILE_WIDTH })}`, limit));
  };
  return {
    checkpoint: async () =>
      readText({ url: `${transport.base}${prefix}/checkpoint`, body: await need('checkpoint', NOTE_LIMIT) }),
    tile: (id, width) => resource({ what: 'tile', id, width }, TILE_LIMIT, (bytes) => bytes.subarray(0, width * HASH)),
    bundle: (number, width) =>
      resource({ what: 'entries', number, width }, BUNDLE_LIMIT, (bytes) => firstBodies(bytes, width)),
  };
}
