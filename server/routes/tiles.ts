import { gunzip } from '../../storage/gunzip.ts';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import { parseTilePath, type TileResource } from '../../merkle/tile-path.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { EntryBundle } from '../../storage/contract.ts';
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
const NOT_THERE = { status: 404, headers: { 'Cache-Control': 'no-store' } } as const;
/** A reader may keep it for as long as it takes to ask again. */
const FRESH: Headers = { 'Cache-Control': 'no-cache' };
const VARY: Headers = { Vary: 'Origin, Accept-Encoding' };

const NOTE = 'text/plain; charset=utf-8';
const OCTETS = 'application/octet-stream';

/** The read side of c2sp.org/tlog-tiles, for Rekor v2's paths and for the root. */
export function tileRoutes(shards: LogShards): TileHandlers {
  const checkpoint = async ({ request }: Asked) => {
    const { note, size } = shardFor(shards, request).head();
    if (note === undefined) return NOT_THERE;
    return serveFile(request, { type: NOTE, bytes: Buffer.from(note), tag: tagOf(note, size), headers: FRESH });
  };
  const at =
    (folder: string) =>
    async ({ request, rest }: Asked) => {
      const resource = parseTilePath(folder + rest);
      const file = resource && (await fileOf(shardFor(shards, request), resource, takesGzip(request)));
      return file === undefined ? NOT_THERE : serveFile(request, file);
    };
  return {
    getCheckpoint: checkpoint,
    getCheckpointFile: checkpoint,
    getTile: at(''),
    getTileFile: at(''),
    getEntryBundle: at('entries/'),
    getEntryBundleFile: at('entries/'),
  };
}

/** Cosignatures join the note of one size. */
function tagOf(note: string, size: number): string {
  return `${size}-${note.length}-${note.slice(-9, -1).replaceAll(/[^A-Za-z0-9]/g, '')}`;
}

async function fileOf(log: Log, resource: TileResource, gzip: boolean): Promise<StaticFile<typeof OCTETS> | undefined> {
  const { width } = resource;
  const headers = width === TILE_WIDTH ? FULL : PARTIAL;
  if (resource.what === 'entries') return bundleOf(await log.bundle(resource.number, width), resource, gzip);
  const bytes = await log.tile(resource.id, width);
  return bytes && { type: OCTETS, bytes, tag: `${resource.id.level}-${resource.id.index}-${width}`, headers };
}

function bundleOf(
  bundle: EntryBundle | undefined,
  { number, width }: Extract<TileResource, { readonly what: 'entries' }>,
  gzip: boolean,
): StaticFile<typeof OCTETS> | undefined {
  if (bundle === undefined) return undefined;
  const headers = { ...(width === TILE_WIDTH ? FULL : PARTIAL), ...VARY };
  const tag = `entries-${number}-${width}`;
  if (bundle.encoding === 'identity') return { type: OCTETS, bytes: bundle.bytes, tag, headers };
  if (!gzip) return { type: OCTETS, bytes: gunzip(bundle.bytes), tag, headers };
  return { type: OCTETS, bytes: bundle.bytes, tag: `${tag}-gzip`, headers: { ...headers, 'Content-Encoding': 'gzip' } };
}
