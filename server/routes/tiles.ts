import { hash } from 'node:crypto';
import type { Log } from '../../log/types.ts';
import { parseTilePath, type TileResource } from '../../merkle/tile-path.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { Headers } from '../http/answer.ts';
import { serveFile, type StaticFile, takesGzip } from '../http/static-file.ts';
import { FILE, V2_READ } from '../operations/defaults.ts';
import type { OperationAnswer, OperationParts, OperationRequest, Operations } from '../operations/operation.ts';
import { asKept, inflated } from './bundle-body.ts';
import type { KeptBytes } from '../http/kept-bytes.ts';
import { requireAllReads } from './readable.ts';
import { isBoundTo, shardFor } from './shard.ts';

/** A full tile never changes. A partial one neither, but it may be replaced by the full one: c2sp.org/tlog-tiles. */
const FULL_TILE_HEADERS: Headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };
const PARTIAL_TILE_HEADERS: Headers = { 'Cache-Control': 'public, max-age=604800, immutable' };
const NOT_THERE = { status: 404, headers: { 'Cache-Control': 'no-store' } } as const;
/** A reader may keep it, and asks each time whether it is still so. */
const NO_CACHE_HEADERS: Headers = { 'Cache-Control': 'no-cache' };
const VARY: Headers = { Vary: 'Origin, Accept-Encoding' };

const NOTE = 'text/plain; charset=utf-8';
const OCTETS = 'application/octet-stream';

/** Answers that a handler gives: those to who lacks the right are given before. */
type Given<Answer> = Exclude<Answer, { readonly status: 401 | 403 | 503 }>;
type TileAnswer = Given<OperationAnswer<'getTile'>>;
type NoteAnswer = Given<OperationAnswer<'getCheckpoint'>>;

async function checkpoint(asked: OperationRequest, { shards }: OperationParts): Promise<NoteAnswer> {
  const { checkpoint: note } = shardFor(shards, asked).head();
  if (note === undefined) return NOT_THERE;
  const bytes = Buffer.from(note);
  return serveFile(asked.http, { type: NOTE, content: bytes, tag: tagOf(bytes), headers: NO_CACHE_HEADERS });
}

/**
 * A tile is for ever the same in its tree, and an address that names no tree is another tree's once there is a next shard:
 * only what is bound to one, in a log that lasts under its name, may be kept unasked.
 *
 * @param folder - of the tiles, as c2sp.org/tlog-tiles names it
 */
async function tile(folder: '' | 'entries/', asked: OperationRequest, parts: OperationParts): Promise<TileAnswer> {
  const { http, rest } = asked;
  const { shards, dev, bundles } = parts;
  if (folder === 'entries/') requireAllReads(asked.principal);
  const resource = parseTilePath(folder + rest);
  if (resource === undefined) return NOT_THERE;
  const log = shardFor(shards, asked);
  const headers = !dev && isBoundTo(log, asked) ? lifeOf(resource) : NO_CACHE_HEADERS;
  const file = await fileOf(log, resource, { headers, gzip: takesGzip(http), kept: bundles });
  return file === undefined ? NOT_THERE : serveFile(http, file);
}

type TileOperations = Pick<
  Operations,
  'getCheckpoint' | 'getCheckpointFile' | 'getTile' | 'getTileFile' | 'getEntryBundle' | 'getEntryBundleFile'
>;

/** The read side of c2sp.org/tlog-tiles, for Rekor v2's paths and for the root. */
export const tileOperations: TileOperations = {
  getCheckpoint: { ...V2_READ, route: 'GET /api/v2/checkpoint', access: 'audit', handle: checkpoint },
  getCheckpointFile: { ...FILE, route: 'GET /checkpoint', access: 'audit', handle: checkpoint },
  getTile: {
    ...V2_READ,
    route: 'GET /api/v2/tile/{index}',
    access: 'audit',
    match: 'prefix',
    handle: (asked, parts) => tile('', asked, parts),
  },
  getTileFile: {
    ...FILE,
    route: 'GET /tile/{index}',
    access: 'audit',
    match: 'prefix',
    handle: (asked, parts) => tile('', asked, parts),
  },
  getEntryBundle: {
    ...V2_READ,
    route: 'GET /api/v2/tile/entries/{index}',
    access: 'read',
    match: 'prefix',
    handle: (asked, parts) => tile('entries/', asked, parts),
  },
  getEntryBundleFile: {
    ...FILE,
    route: 'GET /tile/entries/{index}',
    access: 'read',
    match: 'prefix',
    handle: (asked, parts) => tile('entries/', asked, parts),
  },
};

/** Of all of the note, which names its tree: cosignatures join the note of one size, and may differ in a few letters. */
function tagOf(note: Uint8Array): string {
  return hash('sha256', note, 'base64url');
}

const lifeOf = ({ width }: TileResource): Headers => (width === TILE_WIDTH ? FULL_TILE_HEADERS : PARTIAL_TILE_HEADERS);

/** How an answer is to be sent. */
interface Sending {
  readonly headers: Headers;
  /** Whether the reader takes gzip. */
  readonly gzip: boolean;
  readonly kept: KeptBytes;
}

async function fileOf(
  log: Log,
  resource: TileResource,
  sending: Sending,
): Promise<StaticFile<typeof OCTETS> | undefined> {
  const { width } = resource;
  const tag = `${log.shard.treeId}-${nameOf(resource)}-${width}`;
  if (resource.what === 'entries') return bundleOf(log, resource, tag, sending);
  const bytes = await log.tile(resource.id, width);
  return bytes && { type: OCTETS, content: bytes, tag, headers: sending.headers };
}

function nameOf(resource: TileResource): string {
  return resource.what === 'entries' ? `entries-${resource.number}` : `${resource.id.level}-${resource.id.index}`;
}

/** @param tag - of the plain bytes */
async function bundleOf(
  log: Log,
  { number, width }: Extract<TileResource, { readonly what: 'entries' }>,
  tag: string,
  { headers: life, gzip, kept }: Sending,
): Promise<StaticFile<typeof OCTETS> | undefined> {
  const headers = { ...life, ...VARY };
  const coded = { ...headers, 'Content-Encoding': 'gzip' };
  const [wanted, wantedHeaders] = gzip ? [`${tag}-gzip`, coded] : [tag, headers];
  const before = kept.get(wanted);
  if (before !== undefined) return { type: OCTETS, content: before, isKept: true, tag: wanted, headers: wantedHeaders };
  const bundle = await log.bundle(number, width);
  if (bundle === undefined) return undefined;
  if (bundle.encoding === 'identity') return { type: OCTETS, content: asKept(bundle), tag, headers };
  const content = gzip ? asKept(bundle) : inflated(bundle);
  return { type: OCTETS, content: kept.keeping(wanted, content), tag: wanted, headers: wantedHeaders };
}
