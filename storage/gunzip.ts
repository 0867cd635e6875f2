import { gunzipSync } from 'node:zlib';

/** Bytes at the end of a gzip stream that say how long it is when inflated: RFC 1952 §2.3.1. */
export const STREAM_END = 4;
/** More than the bytes there are: zlib asks for room until it has some to spare. */
const SPARE_BYTES = 64;

/** Inflates a gzip stream of our own making, in one piece. @throws if it is damaged */
export function gunzip(stream: Uint8Array): Buffer {
  return gunzipSync(stream, { chunkSize: Math.min(plainLengthAt(stream) + SPARE_BYTES, LARGEST_BYTES) });
}

/** Bytes that a stream of less than 4 GiB has when inflated, as it says itself. @param end - of the stream, or all of it */
export function plainLengthAt({ buffer, byteOffset, length }: Uint8Array): number {
  return new DataView(buffer, byteOffset, length).getUint32(length - STREAM_END, true);
}

/** A stream that is damaged may say anything. */
const LARGEST_BYTES = 2 ** 24;
