import { Point } from '@noble/ed25519';
import { concatBytes, equalBytes, utf8 } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { type PublicKey } from './claim.ts';
import { mod, toInteger } from './integers.ts';
import { digestOf, ed25519Holds } from './node-crypto.ts';
import { type DigestVerifier } from './verifier.ts';

/*
 * Ed25519 by the rules of Go's crypto/ed25519: `S < L`, no cofactor, `R` compared as bytes, any encoding of the key, points
 * of small order like all others. Those last are refused by node:crypto, and may be by OpenSSL one day: what these
 * two do not take is looked at again.
 */

const ORDER = Point.CURVE().n;
/** dom2(1, ''): RFC 8032 §2, with its flag for pre-hashing and no context. */
const DOM2 = concatBytes(utf8('SigEd25519 no Ed25519 collisions'), Uint8Array.of(1, 0));
const NO_PREFIX = new Uint8Array();

/**
 * Judges an Ed25519ph signature over a message with this SHA-512 digest (RFC 8032 §5.1.7, empty context), in the words of
 * Go's crypto/ed25519. About 0.2 ms where the verifier can tell, and 2 ms where it cannot.
 */
export function judgeEd25519ph(
  key: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
  verifier: DigestVerifier,
): Verdict {
  const held = verifier.ed25519phHolds(key, digest, signature);
  return held === true ? HOLDS : judge(DOM2, key, digest, signature, held === false);
}

/** Whether a plain Ed25519 signature (RFC 8032 §5.1.7) holds. About 0.2 ms, and 2 ms where a point is of small order. */
export function ed25519MessageHolds(
  { raw, spki }: Extract<PublicKey, { type: 'ed25519' }>,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return ed25519Holds(message, spki, signature) || judge(NO_PREFIX, raw, message, signature, true).holds;
}

const INVALID_VERDICT = fails('ed25519: invalid signature');

/**
 * @param signed - the message, or its digest behind the prefix that says so
 * @param isRefused - whether another verifier refused it; only where a point is of small order is it judged again
 */
function judge(
  prefix: Uint8Array,
  key: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
  isRefused: boolean,
): Verdict {
  if (signature.length !== 64) return fails(`ed25519: bad signature length: ${signature.length}`);
  const point = readPoint(key);
  if (point === undefined) return fails('ed25519: bad public key');
  const encodedR = signature.subarray(0, 32);
  if (isRefused && !point.isSmallOrder() && readPoint(encodedR)?.isSmallOrder() !== true) return INVALID_VERDICT;
  const s = toInteger(signature.subarray(32).toReversed());
  if (s >= ORDER) return INVALID_VERDICT;
  const hash = digestOf('sha512', prefix, encodedR, key, signed);
  const k = mod(toInteger(hash.toReversed()), ORDER);
  const r = Point.BASE.multiply(s, false).subtract(point.multiply(k, false));
  return equalBytes(r.toBytes(), encodedR) ? HOLDS : INVALID_VERDICT;
}

function readPoint(key: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(key, true);
  } catch {
    return undefined;
  }
}
