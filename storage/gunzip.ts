import { gunzipSync } from 'node:zlib';

/** Bytes at the end of a gzip stream that say how long it was: RFC 1952 §2.3.1. */
const LENGTH = 4;
/** More than the bytes there are: zlib asks for room until it has some to spare. */
const SPARE = 64;

/** What is in a gzip stream of our own making, in one piece. @throws if it is damaged */
export function gunzip(stream: Uint8Array): Buffer {
  const { buffer, byteOffset, length } = stream;
  const plain = new DataView(buffer, byteOffset).getUint32(length - LENGTH, true);
  return gunzipSync(stream, { chunkSize: Math.min(plain + SPARE, LARGEST) });
}

/** A stream that is damaged may say anything. */
const LARGEST = 2 ** 24;
