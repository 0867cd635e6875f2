import { hash } from 'node:crypto';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import { parseTilePath, type TileResource } from '../../merkle/tile-path.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { EntryBundle } from '../../storage/contract.ts';
import type { Headers } from '../http/answer.ts';
import type { OperationRequest, Handlers } from '../http/operation.ts';
import { serveFile, type StaticFile, takesGzip } from '../http/static-file.ts';
import { asKept, inflated } from './bundle-body.ts';
import { isBoundTo, shardFor } from './shard.ts';

type TileHandlers = Pick<
  Handlers,
  'getCheckpoint' | 'getCheckpointFile' | 'getTile' | 'getTileFile' | 'getEntryBundle' | 'getEntryBundleFile'
>;

/** A full tile never changes. A partial one neither, but it may be replaced by the full one: c2sp.org/tlog-tiles. */
const FULL: Headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };
const PARTIAL: Headers = { 'Cache-Control': 'public, max-age=604800, immutable' };
const NOT_THERE = { status: 404, headers: { 'Cache-Control': 'no-store' } } as const;
/** A reader may keep it, and asks each time whether it is still so. */
const FRESH: Headers = { 'Cache-Control': 'no-cache' };
const VARY: Headers = { Vary: 'Origin, Accept-Encoding' };

const NOTE = 'text/plain; charset=utf-8';
const OCTETS = 'application/octet-stream';

/**
 * The read side of c2sp.org/tlog-tiles, for Rekor v2's paths and for the root. A tile is for ever the same in its tree, and
 * an address that names no tree is another tree's once there is a next shard: only what is bound to one may be kept unasked.
 *
 * @param lasts - whether the log is still there after its process ends, under the same name
 */
export function tileRoutes(shards: LogShards, lasts: boolean): TileHandlers {
  const checkpoint = async (asked: OperationRequest) => {
    const { checkpoint: note } = shardFor(shards, asked).head();
    if (note === undefined) return NOT_THERE;
    const bytes = Buffer.from(note);
    return serveFile(asked.request, { type: NOTE, content: bytes, tag: tagOf(bytes), headers: FRESH });
  };
  const at = (folder: string) => async (asked: OperationRequest) => {
    const { request, rest } = asked;
    const resource = parseTilePath(folder + rest);
    if (resource === undefined) return NOT_THERE;
    const log = shardFor(shards, asked);
    const headers = lasts && isBoundTo(log, asked) ? lifeOf(resource) : FRESH;
    const file = await fileOf(log, resource, { headers, gzip: takesGzip(request) });
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

/** Of all of the note, which names its tree: cosignatures join the note of one size, and may differ in a few letters. */
function tagOf(note: Uint8Array): string {
  return hash('sha256', note, 'base64url');
}

const lifeOf = ({ width }: TileResource): Headers => (width === TILE_WIDTH ? FULL : PARTIAL);

/** How an answer is to be sent. */
interface Sending {
  readonly headers: Headers;
  /** Whether the reader takes gzip. */
  readonly gzip: boolean;
}

async function fileOf(
  log: Log,
  resource: TileResource,
  sending: Sending,
): Promise<StaticFile<typeof OCTETS> | undefined> {
  const { width } = resource;
  const tag = `${log.shard.treeId}-${nameOf(resource)}-${width}`;
  if (resource.what === 'entries') return bundleOf(await log.bundle(resource.number, width), tag, sending);
  const bytes = await log.tile(resource.id, width);
  return bytes && { type: OCTETS, content: bytes, tag, headers: sending.headers };
}

function nameOf(resource: TileResource): string {
  return resource.what === 'entries' ? `entries-${resource.number}` : `${resource.id.level}-${resource.id.index}`;
}

function bundleOf(
  bundle: EntryBundle | undefined,
  tag: string,
  { headers: life, gzip }: Sending,
): StaticFile<typeof OCTETS> | undefined {
  if (bundle === undefined) return undefined;
  const headers = { ...life, ...VARY };
  if (bundle.encoding === 'identity') return { type: OCTETS, content: asKept(bundle), tag, headers };
  if (!gzip) return { type: OCTETS, content: inflated(bundle), tag, headers };
  const coded = { ...headers, 'Content-Encoding': 'gzip' };
  return { type: OCTETS, content: asKept(bundle), tag: `${tag}-gzip`, headers: coded };
}
