import { hash } from 'node:crypto';
import { lowerCase } from '../../../base/go-case.ts';
import type { SearchKey } from '../../../entries/kind.ts';

/*
 * An entry's search keys as they are kept: for each key one byte for its source, its length in 2 bytes and its UTF-8,
 * big-endian; then the first 8 bytes of the SHA-256 of all that and the entry's index, so that neither a flipped bit
 * nor a row under a wrong index passes for a list.
 */

const SOURCES = ['leaf', 'payload'] as const satisfies readonly SearchKey['source'][];
const CHECKSUM = 8;

export function packKeys(index: number, keys: readonly SearchKey[]): Uint8Array {
  const parts = keys.map(({ source, text }) => {
    const bytes = Buffer.from(text);
    const head = Buffer.allocUnsafe(3);
    head.writeUInt8(SOURCES.indexOf(source), 0);
    head.writeUInt16BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  });
  const packed = Buffer.concat(parts);
  return Buffer.concat([packed, checksum(index, packed)]);
}

/** @throws if the list is damaged, or another entry's */
export function unpackKeys(index: number, bytes: Buffer): readonly SearchKey[] {
  const packed = bytes.subarray(0, bytes.length - CHECKSUM);
  if (bytes.length < CHECKSUM || !checksum(index, packed).equals(bytes.subarray(packed.length)))
    throw new Error(`the search keys of entry ${index} are damaged`);
  const keys: SearchKey[] = [];
  for (let at = 0; at < packed.length;) {
    const source = SOURCES[packed.readUInt8(at)];
    const end = at + 3 + packed.readUInt16BE(at + 1);
    if (source === undefined) throw new Error(`the search keys of entry ${index} have an unknown source`);
    keys.push({ source, text: packed.toString('utf8', at + 3, end) });
    at = end;
  }
  return keys;
}

function checksum(index: number, packed: Buffer): Buffer {
  const place = Buffer.allocUnsafe(8);
  place.writeBigUInt64BE(BigInt(index));
  return hash('sha256', Buffer.concat([place, packed]), 'buffer').subarray(0, CHECKSUM);
}

/** Where the index looks for a key, whatever its case. */
export function keyPrefix(text: string): bigint {
  return hash('sha256', lowerCase(text), 'buffer').readBigInt64BE(0);
}

export function leafPrefix(leaf: Uint8Array): bigint {
  return new DataView(leaf.buffer, leaf.byteOffset).getBigInt64(0);
}
