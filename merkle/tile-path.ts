import { type TileId, TILE_WIDTH } from './tile.ts';

/*
 * Where tiles and entry bundles are found: c2sp.org/tlog-tiles, "Merkle Tree" and "Log Entries". Each has one path, and what
 * is spelled otherwise is nothing.
 */

/** The resource that a path below `tile/` names. `width` is 256 for full ones. */
export type TileResource =
  | { readonly what: 'tile'; readonly id: TileId; readonly width: number }
  | { readonly what: 'entries'; readonly number: number; readonly width: number };

const MOST_LEVEL = 63;

/** `1/x001/067.p/8`, `entries/005`: what stands behind `tile/`. */
export function formatTilePath(resource: TileResource): string {
  const [row, index] = resource.what === 'tile' ? [resource.id.level, resource.id.index] : ['entries', resource.number];
  const partial = resource.width === TILE_WIDTH ? '' : `.p/${resource.width}`;
  return `${row}/${formatIndex(index)}${partial}`;
}

/** Undefined for anything but the one path that a resource has. Numbers beyond 2^53 - 1 name nothing that there could be. */
export function parseTilePath(path: string): TileResource | undefined {
  const [, row, groups, partial] = PATH.exec(path) ?? [];
  const index = groups === undefined ? undefined : parseIndex(groups);
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (index === undefined || (partial !== undefined && width >= TILE_WIDTH)) return undefined;
  if (row === 'entries') return { what: 'entries', number: index, width };
  const level = Number(row);
  return level > MOST_LEVEL ? undefined : { what: 'tile', id: { level, index }, width };
}

const PATH = /^(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Groups of three digits, all but the last with an x in front. */
function formatIndex(index: number): string {
  const last = String(index % 1000).padStart(3, '0');
  const left = Math.floor(index / 1000);
  return left === 0 ? last : `${formatIndex(left).replace(/(^|\/)(\d)/g, '$1x$2')}/${last}`;
}

/** Undefined for a number with a group of zeros in front, or one beyond 2^53 - 1. */
function parseIndex(groups: string): number | undefined {
  if (groups.startsWith('x000/')) return undefined;
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  return Number.isSafeInteger(index) ? index : undefined;
}
