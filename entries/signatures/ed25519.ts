import { Point } from '@noble/ed25519';
import { concatBytes } from '@noble/hashes/utils.js';
import { equalBytes, utf8 } from '../../base/bytes.ts';
import { mod, toInteger } from './integers.ts';
import { digestOf } from './node-crypto.ts';

const ORDER = Point.CURVE().n;
/** dom2(1, ''): RFC 8032 §2, with its flag for pre-hashing and no context. */
const DOM2 = concatBytes(utf8('SigEd25519 no Ed25519 collisions'), Uint8Array.of(1, 0));
const NO_PREFIX = new Uint8Array();

/**
 * Why `signature` is no Ed25519ph signature over a message with this SHA-512 digest (RFC 8032 §5.1.7, empty context), in
 * the words of Go's crypto/ed25519. Its rules decide too: `S < L`, no cofactor, `R` compared as bytes, any encoding
 * of the key. node:crypto has no Ed25519ph. About 2 ms.
 */
export function ed25519phRefusal(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): string | undefined {
  return refusalOf(DOM2, key, digest, signature);
}

/**
 * Whether a plain Ed25519 signature whose key or R is of small order holds by the same rules: Rekor takes those, and
 * OpenSSL refuses them unseen. False for all others. About 2 ms, and for others a tenth of that.
 */
export function ed25519SmallHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const points = [key, signature.subarray(0, 32)].map(readPoint);
  if (!points.some((point) => point?.isSmallOrder() === true)) return false;
  return refusalOf(NO_PREFIX, key, message, signature) === undefined;
}

/** @param signed - the message, or its digest behind the prefix that says so */
function refusalOf(prefix: Uint8Array, key: Uint8Array, signed: Uint8Array, signature: Uint8Array): string | undefined {
  if (signature.length !== 64) return `ed25519: bad signature length: ${signature.length}`;
  const point = readPoint(key);
  if (point === undefined) return 'ed25519: bad public key';
  const s = toInteger(signature.subarray(32).toReversed());
  if (s >= ORDER) return 'ed25519: invalid signature';
  const hash = digestOf('sha512', concatBytes(prefix, signature.subarray(0, 32), key, signed));
  const k = mod(toInteger(hash.toReversed()), ORDER);
  const r = Point.BASE.multiply(s, false).subtract(point.multiply(k, false));
  return equalBytes(r.toBytes(), signature.subarray(0, 32)) ? undefined : 'ed25519: invalid signature';
}

function readPoint(key: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(key, true);
  } catch {
    return undefined;
  }
}
