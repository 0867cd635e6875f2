import { gunzipSync } from 'node:zlib';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import { parseTilePath, type TileResource } from '../../merkle/tile-path.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { Headers } from '../http/answer.ts';
import type { Asked, Handlers } from '../http/operation.ts';
import { serveFile, type StaticFile, takesGzip } from '../http/static-file.ts';
import { shardFor } from './shard.ts';

type TileHandlers = Pick<
  Handlers,
  'getCheckpoint' | 'getCheckpointFile' | 'getTile' | 'getTileFile' | 'getEntryBundle' | 'getEntryBundleFile'
>;

/** A full tile never changes. A partial one neither, but it may be replaced by the full one: c2sp.org/tlog-tiles. */
const FULL: Headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };
const PARTIAL: Headers = { 'Cache-Control': 'public, max-age=604800, immutable' };
const NO_STORE: Headers = { 'Cache-Control': 'no-store' };
const NOT_THERE = { status: 404, headers: NO_STORE } as const;

/** The read side of c2sp.org/tlog-tiles, for Rekor v2's paths and for the root. */
export function tileRoutes(shards: LogShards): TileHandlers {
  const checkpoint = async (asked: Asked) => {
    const { note, size } = shardFor(shards, asked.request).head();
    if (note === undefined) return NOT_THERE;
    const file = { type: 'text/plain; charset=utf-8', bytes: Buffer.from(note), tag: tagOf(note, size), headers: FRESH };
    return serveFile(asked.request, file) as never;
  };
  const tile = async (asked: Asked) => answer(asked, shardFor(shards, asked.request), asked.rest);
  const entries = async (asked: Asked) => answer(asked, shardFor(shards, asked.request), `entries/${asked.rest}`);
  return {
    getCheckpoint: checkpoint,
    getCheckpointFile: checkpoint,
    getTile: tile,
    getTileFile: tile,
    getEntryBundle: entries,
    getEntryBundleFile: entries,
  };
}

/** A reader may keep it for as long as it takes to ask again. */
const FRESH: Headers = { 'Cache-Control': 'no-cache' };

/** Cosignatures join the note of one size. */
function tagOf(note: string, size: number): string {
  return `${size}-${note.length}-${note.slice(-9, -1).replaceAll(/[^A-Za-z0-9]/g, '')}`;
}

async function answer(asked: Asked, log: Log, path: string): Promise<never> {
  const resource = parseTilePath(path);
  const file = resource && (await fileOf(log, resource, takesGzip(asked.request)));
  return (file === undefined ? NOT_THERE : serveFile(asked.request, file)) as never;
}

async function fileOf(log: Log, resource: TileResource, gzip: boolean): Promise<StaticFile | undefined> {
  const { width } = resource;
  const headers = width === TILE_WIDTH ? FULL : PARTIAL;
  const type = 'application/octet-stream';
  if (resource.what === 'tile') {
    const bytes = await log.tile(resource.id, width);
    return bytes && { type, bytes, tag: `${resource.id.level}-${resource.id.index}-${width}`, headers };
  }
  const bundle = await log.bundle(resource.number, width);
  if (bundle === undefined) return undefined;
  const tag = `entries-${resource.number}-${width}`;
  if (bundle.encoding === 'identity') return { type, bytes: bundle.bytes, tag, headers: { ...headers, ...VARY } };
  if (!gzip) return { type, bytes: gunzipSync(bundle.bytes), tag, headers: { ...headers, ...VARY } };
  const encoded = { ...headers, ...VARY, 'Content-Encoding': 'gzip' };
  return { type, bytes: bundle.bytes, tag: `${tag}-gzip`, headers: encoded };
}

const VARY: Headers = { Vary: 'Origin, Accept-Encoding' };
