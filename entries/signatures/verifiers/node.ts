import { concatBytes } from '../../../base/bytes.ts';
import { type Curve } from '../claim.ts';
import { CURVES, type CurveParameters, isOnCurve } from '../curves.ts';
import { inverse, inverses, mod, toFixedBytes, toInteger } from '../integers.ts';
import { digestOf, ecdsaHolds, multiplyBase, rsaEncodedMessage } from '../node-crypto.ts';
import { type DigestCheck, type DigestVerifier } from '../verifier.ts';
import { addPoints, type Affine, readPoint, writePoint } from './points.ts';

/*
 * ECDSA over a digest with node:crypto alone, which always hashes what it is given: the digest is brought in through the
 * key. A signature holds if r is the x coordinate (mod n) of `R = (e/s)·G + (r/s)·Q`. With e' the digest of a message
 * that we do have,
 *
 *     R = (e'/s)·G + (r/s)·Q'   where   Q' = Q + ((e − e')/r)·G
 *
 * so that (r, s) is a signature over e by Q if and only if it is one over that message by Q'. All checks on one curve
 * share the inversions that finding their Q' takes. A Diffie-Hellman exchange, whose result is x(R), would do as well; it
 * costs a third more with OpenSSL 3.5 on P-256, and twice as much on longer curves.
 */

/** For every Node. A check costs one and a half times to twice as much as OpenSSL's own, and in a batch a little less. */
export const nodeVerifier: DigestVerifier = {
  name: 'node',
  verifyDigests: (curve, checks) => {
    const candidates = candidatesOf(CURVES[curve], checks);
    const held = checks.map(() => false);
    const answers = candidatesHold(curve, candidates);
    for (const [i, { at }] of candidates.entries()) held[at] = answers[i] as boolean;
    return held;
  },
  ed25519phHolds: () => undefined,
  rsaEncodedMessage,
};

/** A check whose scalars are in range and whose point is on the curve. */
interface Candidate {
  /** Its place among the checks. */
  readonly at: number;
  readonly r: bigint;
  readonly s: bigint;
  readonly e: bigint;
  readonly key: Affine;
}

function candidatesOf(curve: CurveParameters, checks: readonly DigestCheck[]): Candidate[] {
  return checks.flatMap(({ digest, point, ...signature }, at) => {
    const [r, s] = [toInteger(signature.r), toInteger(signature.s)];
    if (r <= 0n || s <= 0n || r >= curve.n || s >= curve.n) return [];
    if (point.length !== 1 + 2 * curve.length || point[0] !== UNCOMPRESSED_POINT) return [];
    const key = readPoint(curve, point);
    return isOnCurve(curve, key.x, key.y) ? [{ at, r, s, e: leftmostBits(digest, curve.bits), key }] : [];
  });
}

const UNCOMPRESSED_POINT = 4;

/** FIPS 186-5 §6.4.2: as many leading bits as the order has. */
function leftmostBits(digest: Uint8Array, bits: number): bigint {
  const excess = 8 * digest.length - bits;
  return excess > 0 ? toInteger(digest) / 2n ** BigInt(excess) : toInteger(digest);
}

/** Any message would do; the shorter, the cheaper. */
const SUBSTITUTE = { message: new Uint8Array(), hash: 'sha256' } as const;
const SUBSTITUTE_DIGEST = digestOf(SUBSTITUTE.hash, SUBSTITUTE.message);

function candidatesHold(name: Curve, candidates: readonly Candidate[]): boolean[] {
  const curve = CURVES[name];
  const known = leftmostBits(SUBSTITUTE_DIGEST, curve.bits);
  const inverted = inverses(
    candidates.map(({ r }) => r),
    curve.n,
  );
  const shifts = candidates.map(({ e }, i) => mod((e - known) * (inverted[i] as bigint), curve.n));
  const points = shiftKeys(name, candidates, shifts);
  return candidates.map(({ r, s }, i) => {
    const point = points[i];
    return point === undefined ? holdsWithoutKey(name, known, r, s) : substituteHolds(curve, point, r, s);
  });
}

function substituteHolds(curve: CurveParameters, point: Affine, r: bigint, s: bigint): boolean {
  const spki = concatBytes(curve.spkiPrefix, writePoint(curve, point));
  const signature = concatBytes(toFixedBytes(r, curve.length), toFixedBytes(s, curve.length));
  return ecdsaHolds(SUBSTITUTE.hash, SUBSTITUTE.message, spki, signature, 'ieee-p1363');
}

/** `Q'` is the point at infinity, which no key can be: what is left is `R = (e'/s)·G`. */
function holdsWithoutKey(name: Curve, e: bigint, r: bigint, s: bigint): boolean {
  const curve = CURVES[name];
  const scalar = (e * inverse(s, curve.n)) % curve.n;
  return readPoint(curve, multiplyBase(name, toFixedBytes(scalar, curve.length))).x % curve.n === r;
}

/** `Q + shift·G` for each candidate. */
function shiftKeys(name: Curve, candidates: readonly Candidate[], shifts: readonly bigint[]): (Affine | undefined)[] {
  const curve = CURVES[name];
  const additions = candidates.map(({ key }, i) => {
    const shift = shifts[i] as bigint;
    const other = shift === 0n ? undefined : multiplyBase(name, toFixedBytes(shift, curve.length));
    return { point: key, other: other === undefined ? undefined : readPoint(curve, other) };
  });
  return addPoints(curve, additions);
}
