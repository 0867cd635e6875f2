import type { VerifierKey } from '../../../checkpoint/key.ts';
import { firstBodies } from '../../../merkle/entry-bundle.ts';
import { formatTilePath, type TileResource } from '../../../merkle/tile-path.ts';
import { TILE_WIDTH } from '../../../merkle/tile.ts';
import { ExportRefused } from './failures.ts';
import type { TileSource } from '../../../client/tile-source.ts';

const HASH = 32;

/** Any log that speaks c2sp.org/tlog-tiles. @param base - URL without a final slash; `/checkpoint` is below it */
export function httpSource(base: string, key: VerifierKey): TileSource {
  const get = async (path: string): Promise<Uint8Array | undefined> => {
    const url = `${base}/${path}`;
    const response = await fetch(url).catch((error: unknown) => unreachable(url, error));
    const bytes = new Uint8Array(await response.arrayBuffer().catch((error: unknown) => unreachable(url, error)));
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw new ExportRefused(`${url} answers ${response.status}`);
    return bytes;
  };
  const need = async (path: string): Promise<Uint8Array> => {
    const bytes = await get(path);
    if (bytes === undefined) throw new ExportRefused(`${base}/${path} is not there, and the checkpoint needs it`);
    return bytes;
  };
  /** A log may forget a partial tile once it is full, whose beginning it is. */
  const resource = async (wanted: TileResource, cut: (bytes: Uint8Array) => Uint8Array): Promise<Uint8Array> => {
    const path = `tile/${formatTilePath(wanted)}`;
    if (wanted.width === TILE_WIDTH) return need(path);
    return (await get(path)) ?? cut(await need(`tile/${formatTilePath({ ...wanted, width: TILE_WIDTH })}`));
  };
  return {
    key,
    checkpoint: async () => new TextDecoder().decode(await need('checkpoint')),
    tile: (id, width) => resource({ what: 'tile', id, width }, (bytes) => bytes.subarray(0, width * HASH)),
    bundle: (number, width) => resource({ what: 'entries', number, width }, (bytes) => firstBodies(bytes, width)),
  };
}

/** Throws for a URL that cannot be reached: fetch's error says that it failed, and its cause says why. */
function unreachable(url: string, error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  throw new ExportRefused(`${url} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`);
}
