import { Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { equalBytes, toHex } from '../base/bytes.ts';

const ORDER = Point.CURVE().n;

/**
 * Whether `signature` is an Ed25519 signature over `message`: RFC 8032 §5.1.7, and where that leaves a choice the
 * strict one. `S < L`; key and R in their one encoding (§5.1.3) and not of small order; the equation without the
 * cofactor. So whatever holds here holds for every reader: a cosignature that some reader finds bad would spoil the
 * whole note for it. About 2 ms.
 */
export function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const [r, s] = [signature.subarray(0, 32), toInteger(signature.subarray(32))];
  const point = readPoint(key);
  if (point === undefined || s >= ORDER) return false;
  const k = toInteger(sha512(concatBytes(r, key, message))) % ORDER;
  const expected = Point.BASE.multiply(s, false).subtract(point.multiply(k, false));
  return equalBytes(expected.toBytes(), r) && !expected.isSmallOrder();
}

function readPoint(key: Uint8Array): Point | undefined {
  try {
    const point = Point.fromBytes(key, false);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

/** Little-endian. */
function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}
