import { constants, crc32, deflateRawSync, gunzipSync, inflateRawSync } from 'node:zlib';

/*
 * 256 bodies as a C2SP entry bundle (c2sp.org/tlog-tiles, "Log entries"), kept as the gzip stream (RFC 1952) that goes
 * over the wire as it stands. The compressor starts anew every 16 entries, so that one entry is read by inflating its
 * group alone.
 */

export const BUNDLE_ENTRIES = 256;
export const GROUP_ENTRIES = 16;
const GROUPS = BUNDLE_ENTRIES / GROUP_ENTRIES;

export interface BundleRow {
  /** Where each group ends in `gzip`: 16 times 4 bytes, big-endian. */
  readonly ends: Uint8Array;
  readonly gzip: Buffer;
}

/** Method deflate, no name, no time, system unknown. */
const GZIP_HEADER = Buffer.from('1f8b08000000000000ff', 'hex');
/** Bytes behind the stream: checksum and length. */
const TRAILER = 8;
/** A last block with nothing in it. */
const DEFLATE_END = Buffer.from('0300', 'hex');
/** Smaller is not worth the time: what is left in these entries is hashes and signatures. */
const LEVEL = 1;

/** Entries as a bundle has them: 2 bytes of length, big-endian, and the body. */
export function packBodies(bodies: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(bodies.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const body of bodies) {
    at = bytes.writeUInt16BE(body.length, at);
    bytes.set(body, at);
    at += body.length;
  }
  return bytes;
}

/** @param bodies - of 256 entries */
export function compressBundle(bodies: readonly Uint8Array[]): BundleRow {
  const ends = Buffer.alloc(4 * GROUPS);
  const parts: Uint8Array[] = [GZIP_HEADER];
  let [end, checksum, plain] = [GZIP_HEADER.length, 0, 0];
  for (let group = 0; group < GROUPS; group += 1) {
    const bytes = packBodies(bodies.slice(group * GROUP_ENTRIES, (group + 1) * GROUP_ENTRIES));
    const part = deflateRawSync(bytes, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH });
    [end, checksum, plain] = [end + part.length, crc32(bytes, checksum), plain + bytes.length];
    parts.push(part);
    ends.writeUInt32BE(end, 4 * group);
  }
  const trailer = Buffer.alloc(TRAILER);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(plain, 4);
  return { ends, gzip: Buffer.concat([...parts, DEFLATE_END, trailer]) };
}

/** The first `count` entries of a bundle, a view. */
export function firstBodies(bundle: Buffer, count: number): Buffer {
  let end = 0;
  for (let left = count; left > 0; left -= 1) end += 2 + bundle.readUInt16BE(end);
  return bundle.subarray(0, end);
}

/**
 * All 256 bodies, views of one buffer.
 *
 * @throws Error unless the stream is whole, and can be read from each place that `ends` names
 */
export function bodiesInBundle({ ends, gzip }: BundleRow): readonly Uint8Array[] {
  const plain = gunzipSync(gzip, { chunkSize: PLAIN_CHUNK });
  requireEnds(ends, gzip);
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < plain.length;) {
    const start = at + 2;
    at = start + plain.readUInt16BE(at);
    bodies.push(plain.subarray(start, at));
  }
  const last = bodies.at(-1);
  if (
    bodies.length !== BUNDLE_ENTRIES ||
    last === undefined ||
    last.byteOffset + last.length !== plain.byteOffset + plain.length
  )
    throw new Error(`it holds ${bodies.length} bodies and not ${BUNDLE_ENTRIES}`);
  return bodies;
}

/** Most bundles are inflated in one piece. */
const PLAIN_CHUNK = 1 << 18;
/** What a full flush leaves in the stream: an empty stored block (RFC 1951 §3.2.4). */
const FLUSHED = Buffer.from('0000ffff', 'hex');

/** A stream has sixteen full flushes and hardly ever their bytes by chance, so that sixteen ends can only be theirs. */
function requireEnds(ends: Uint8Array, gzip: Buffer): void {
  const at = new DataView(ends.buffer, ends.byteOffset, ends.byteLength);
  let before = GZIP_HEADER.length;
  for (let group = 0; group < GROUPS; group += 1) {
    const end = at.getUint32(4 * group);
    if (end <= before || !gzip.subarray(end - FLUSHED.length, end).equals(FLUSHED))
      throw new Error(`group ${group} does not end where its row says`);
    before = end;
  }
  if (before !== gzip.length - DEFLATE_END.length - TRAILER)
    throw new Error('its last group is not the end of the stream');
}

/** The body at `place` (0 to 255) of a bundle. @throws if the row is damaged */
export function bodyInBundle({ ends, gzip }: BundleRow, place: number): Uint8Array {
  const group = Math.floor(place / GROUP_ENTRIES);
  const at = new DataView(ends.buffer, ends.byteOffset, ends.byteLength);
  const from = group === 0 ? GZIP_HEADER.length : at.getUint32(4 * (group - 1));
  const part = gzip.subarray(from, at.getUint32(4 * group));
  const bytes = inflateRawSync(part, { finishFlush: constants.Z_SYNC_FLUSH });
  let start = 0;
  for (let before = place % GROUP_ENTRIES; before > 0; before -= 1) start += 2 + bytes.readUInt16BE(start);
  return bytes.subarray(start + 2, start + 2 + bytes.readUInt16BE(start));
}
