import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { type Curve } from './claim.ts';
import { CURVES, type CurveParameters, isOnCurve } from './curves.ts';
import { type EcdsaScalars } from './der-signature.ts';
import { inverse, inverses, mod, toFixedBytes, toInteger } from './integers.ts';
import { digestOf, ecdsaHolds, multiplyBase, multiplyPoint } from './node-crypto.ts';
import { addPoints, type Affine, readPoint, writePoint } from './points.ts';

/*
 * ECDSA over a digest whose message nobody has. node:crypto always hashes what it is given, so the digest is brought in
 * through the key. A signature holds if r is the x coordinate (mod n) of
 *
 *     R = (e/s)·G + (r/s)·Q = (r/s)·(Q + (e/r)·G)
 *
 * - P-256 by `product`: that last product is a Diffie-Hellman exchange, which gives x(R).
 * - The others by `substitute`: with e' the digest of a message that we do have, `Q' = Q + ((e − e')/r)·G` turns the
 *   question into one about that message, which OpenSSL answers in half the time that their exchanges take.
 *
 * Either way a point is added to Q, and all checks on one curve share the inversions.
 */

/** One signature over one digest. The point is one of the batch's curve. */
export interface EcdsaDigestCheck extends EcdsaScalars {
  readonly point: Uint8Array;
  readonly digest: Uint8Array;
}

/** For each check, whether it holds. A check in a batch of 64 costs about two thirds of one alone (P-256). */
export function digestChecksHold(curve: Curve, checks: readonly EcdsaDigestCheck[]): boolean[] {
  const candidates = candidatesOf(CURVES[curve], checks);
  const held = checks.map(() => false);
  const answers = curve === 'P-256' ? productsHold(curve, candidates) : substitutesHold(curve, candidates);
  for (const [i, { at }] of candidates.entries()) held[at] = answers[i] as boolean;
  return held;
}

/** A check whose scalars are in range and whose point is on the curve. */
interface Candidate {
  /** Its place among the checks. */
  readonly at: number;
  readonly r: bigint;
  readonly s: bigint;
  readonly e: bigint;
  readonly key: Affine;
}

function candidatesOf(curve: CurveParameters, checks: readonly EcdsaDigestCheck[]): Candidate[] {
  return checks.flatMap(({ r, s, digest, point }, at) => {
    if (r <= 0n || s <= 0n || r >= curve.n || s >= curve.n) return [];
    const key = readPoint(curve, point);
    return isOnCurve(curve, key.x, key.y) ? [{ at, r, s, e: leftmostBits(digest, curve.bits), key }] : [];
  });
}

/** FIPS 186-4 §6.4: as many leading bits as the order has. */
function leftmostBits(digest: Uint8Array, bits: number): bigint {
  const excess = 8 * digest.length - bits;
  return excess > 0 ? toInteger(digest) / 2n ** BigInt(excess) : toInteger(digest);
}

function productsHold(name: Curve, candidates: readonly Candidate[]): boolean[] {
  const { n } = CURVES[name];
  const inverted = inverses(
    candidates.map(({ r, s }) => (r * s) % n),
    n,
  );
  const shifts = candidates.map(({ s, e }, i) => (e * (((inverted[i] as bigint) * s) % n)) % n);
  const points = shiftKeys(name, candidates, shifts);
  return candidates.map(({ r }, i) => {
    const scalar = (r * (((inverted[i] as bigint) * r) % n)) % n;
    return points[i] !== undefined && xOfProduct(name, scalar, points[i]) === r;
  });
}

/** `x(scalar·point) mod n`. */
function xOfProduct(name: Curve, scalar: bigint, point: Affine): bigint | undefined {
  const curve = CURVES[name];
  const x = multiplyPoint(name, toFixedBytes(scalar, curve.length), writePoint(curve, point));
  return x === undefined ? undefined : toInteger(x) % curve.n;
}

/** Any message would do; the shorter, the cheaper. */
const SUBSTITUTE = { message: new Uint8Array(), hash: 'sha256' } as const;
const SUBSTITUTE_DIGEST = digestOf(SUBSTITUTE.hash, SUBSTITUTE.message);

function substitutesHold(name: Curve, candidates: readonly Candidate[]): boolean[] {
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
  const spki = concatBytes(hexToBytes(curve.spkiPrefix), writePoint(curve, point));
  const signature = concatBytes(toFixedBytes(r, curve.length), toFixedBytes(s, curve.length));
  return ecdsaHolds(SUBSTITUTE.hash, SUBSTITUTE.message, spki, signature);
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
