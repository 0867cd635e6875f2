import { parseHex } from '../base/bytes.ts';
import { Failure } from '../base/failure.ts';
import { type LeafHash, nodeHash, type NodeHash } from '../merkle/types.ts';

/** Bytes as a caller has them: as they are, or in hex. */
export type Bytes = Uint8Array | string;

/** A value that was passed is of another form than it has to be. */
export class MalformedInput extends Failure<'input-malformed'> {
  readonly code = 'input-malformed';
}

/** @param what - names the value in the reason @throws MalformedInput unless it is 32 bytes */
export function hashOf(value: Bytes, what: string): NodeHash {
  const bytes = typeof value === 'string' ? parseHex(value, 32) : value;
  if (bytes?.length === 32) return nodeHash(bytes);
  throw new MalformedInput(`${what} is no hash of 32 bytes, or 64 lower-case hex digits`);
}

/** @throws MalformedInput unless it is 32 bytes */
export function leafHashOf(value: Bytes): LeafHash {
  return hashOf(value, 'leafHash') as LeafHash;
}

/** @throws MalformedInput unless it is an integer from 0 to 2^53 - 1 */
export function countOf(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedInput(`${what} is no integer from 0 to 2^53 - 1`);
}
