import { promisify } from 'node:util';
import { constants, crc32, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';
import { gunzip } from '../../../gunzip.ts';
import { bodiesIn, packBodies } from '../../../../merkle/entry-bundle.ts';

/*
 * 256 bodies as a C2SP entry bundle (c2sp.org/tlog-tiles, "Log entries"), kept as the gzip stream (RFC 1952) that goes
 * over the wire as it stands. The compressor starts anew every 8 entries, so that one entry is read by inflating its
 * part alone.
 */

export const BUNDLE_ENTRIES = 256;
export const PART_ENTRIES = 8;

/** Where 8 entries are in the bundle. */
export interface BundlePart {
  /** Offset in the gzip stream. */
  readonly from: number;
  readonly length: number;
  /** Bytes when inflated. */
  readonly plain: number;
}

export interface PackedBundle {
  readonly gzip: Uint8Array;
  readonly parts: readonly BundlePart[];
}

/** Method deflate, no name, no time, system unknown. */
const GZIP_HEADER = Buffer.from('1f8b08000000000000ff', 'hex');
/** Bytes behind the stream: checksum and length. */
const TRAILER = 8;
/** A last block with nothing in it. */
const DEFLATE_END = Buffer.from('0300', 'hex');
/** Smaller is not worth the time: what is left in these entries is hashes and signatures. */
const LEVEL = 1;

/** @param bodies - of 256 entries */
export function compressBundle(bodies: readonly Uint8Array[]): PackedBundle {
  const chunks: Uint8Array[] = [GZIP_HEADER];
  const parts: BundlePart[] = [];
  let [from, checksum] = [GZIP_HEADER.length, 0];
  for (let at = 0; at < BUNDLE_ENTRIES; at += PART_ENTRIES) {
    const bytes = packBodies(bodies.slice(at, at + PART_ENTRIES));
    const chunk = deflateRawSync(bytes, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH });
    chunks.push(chunk);
    parts.push({ from, length: chunk.length, plain: bytes.length });
    [from, checksum] = [from + chunk.length, crc32(bytes, checksum)];
  }
  const trailer = Buffer.alloc(TRAILER);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(
    parts.reduce((sum, { plain }) => sum + plain, 0),
    4,
  );
  return { gzip: Buffer.concat([...chunks, DEFLATE_END, trailer]), parts };
}

/** All 256 bodies, views of one buffer. @throws unless the stream is whole, and is of 256 bodies */
export function bodiesInBundle(gzip: Uint8Array): readonly Uint8Array[] {
  const bodies = bodiesIn(gunzip(gzip));
  if (bodies?.length === BUNDLE_ENTRIES) return bodies;
  throw new Error(bodies ? `it holds ${bodies.length} bodies and not ${BUNDLE_ENTRIES}` : 'its last body is cut short');
}

/** The bytes that a full flush leaves in the stream: an empty stored block (RFC 1951 §3.2.4). */
const FLUSH_MARKER = Buffer.from('0000ffff', 'hex');

/** The places at which entries can be read by themselves. @param parts - of the whole bundle @throws unless they are those of this stream */
export function requireParts(gzip: Buffer, bodies: readonly Uint8Array[], parts: readonly BundlePart[]): void {
  let end = GZIP_HEADER.length;
  for (const [i, { from, length, plain }] of parts.entries()) {
    const inside = bodies.slice(i * PART_ENTRIES, (i + 1) * PART_ENTRIES);
    const bytes = inside.reduce((sum, body) => sum + 2 + body.length, 0);
    const flushed = gzip.subarray(from + length - FLUSH_MARKER.length, from + length).equals(FLUSH_MARKER);
    if (from !== end || plain !== bytes || !flushed) throw new Error(`part ${i} is not where its row says`);
    end = from + length;
  }
  if (end !== gzip.length - DEFLATE_END.length - TRAILER) throw new Error('its last part is not the end of the stream');
}

/** More than the bytes there are: zlib asks for room until it has some to spare. */
const SPARE_BYTES = 64;

function inflatePart(part: Uint8Array, plain: number): Buffer {
  return inflateRawSync(part, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: plain + SPARE_BYTES });
}

/** The 8 bodies of a part. @throws if it is damaged */
export function bodiesInPart(part: Uint8Array, plain: number): readonly Uint8Array[] {
  const bodies = bodiesIn(inflatePart(part, plain));
  if (bodies?.length === PART_ENTRIES) return bodies;
  throw new Error(`it holds ${bodies?.length ?? 'part of some'} bodies and not ${PART_ENTRIES}`);
}

/** The body at `place` (0 to 7) of a part. @throws if it is damaged */
export function bodyInPart(part: Uint8Array, plain: number, place: number): Uint8Array {
  return bodyAt(inflatePart(part, plain), place);
}

const inflateLater = promisify(inflateRaw);

/** Bytes of 8 bodies that are inflated where they are asked for, in less than a millisecond. */
const INLINE_BYTES = 64 * 1024;

/** As `bodyInPart`. What is long is inflated in Node's thread pool: 8 bodies of 64 KiB would hold the thread for some milliseconds. */
export function anyBodyInPart(part: Uint8Array, plain: number, place: number): Uint8Array | Promise<Uint8Array> {
  return plain > INLINE_BYTES ? longBodyInPart(part, plain, place) : bodyInPart(part, plain, place);
}

async function longBodyInPart(part: Uint8Array, plain: number, place: number): Promise<Uint8Array> {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: plain + SPARE_BYTES };
  return bodyAt(await inflateLater(part, options), place);
}

function bodyAt(bytes: Buffer, place: number): Uint8Array {
  let start = 0;
  for (let before = place; before > 0; before -= 1) start += 2 + bytes.readUInt16BE(start);
  return bytes.subarray(start + 2, start + 2 + bytes.readUInt16BE(start));
}
