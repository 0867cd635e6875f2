import { p256, p384, p521 } from '@noble/curves/nist.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Curve, type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { CURVES } from '../../../entries/signatures/curves.ts';
import { mod, inverse, toFixedBytes } from '../../../entries/signatures/integers.ts';
import { digestOf } from '../../../entries/signatures/node-crypto.ts';
import { checkClaims } from './every-verifier.ts';
import { ecdsaKey, overSha256 } from './keys.ts';

const NOBLE = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;
type Known = keyof typeof NOBLE;

const AS_IT_IS = { prehash: false, lowS: false } as const;

/** Checks a claim over a digest in IEEE P1363 with @noble/curves, an implementation of its own. */
function nobleHolds(curve: Known, { key, signature, signed }: SignatureClaim): boolean {
  if (key.type !== 'ecdsa' || signed.over !== 'digest') throw new Error('not a claim of this test');
  try {
    return NOBLE[curve].verify(signature, signed.digest, key.point, { ...AS_IT_IS, format: 'compact' });
  } catch {
    return false;
  }
}

function p1363(curve: Curve, r: bigint, s: bigint): Uint8Array {
  const { length } = CURVES[curve];
  return Buffer.concat([toFixedBytes(r, length), toFixedBytes(s, length)]);
}

/** A signature by a scalar known here, with a nonce chosen here: `s = (e + r·d)/k`. */
function signWith(curve: Known, digest: bigint, secret: bigint, nonce: bigint) {
  const { n } = CURVES[curve];
  const { Point } = NOBLE[curve];
  const r = Point.BASE.multiply(nonce).toAffine().x % n;
  const s = mod((digest + r * secret) * inverse(nonce, n), n);
  return { r, s, point: Point.BASE.multiply(secret).toBytes(false) };
}

/** A secret, a digest, and what to do to the signature before it is checked. */
const mutated = fc.record({
  secret: fc.bigInt({ min: 1n, max: 2n ** 255n }),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  mutation: fc.constantFrom('none', 'high s', 'bit', 'digest', 'r = s', 'other key'),
  place: fc.nat(63),
});

type Mutated = typeof mutated extends fc.Arbitrary<infer T> ? T : never;

function claimOf(curve: Known, { secret, digest, mutation, place }: Mutated): SignatureClaim {
  const { n, length } = CURVES[curve];
  const secretBytes = toFixedBytes(secret, length);
  const signature = NOBLE[curve].sign(digest, secretBytes, AS_IT_IS);
  const [r, s] = [signature.subarray(0, length), signature.subarray(length)].map((half) =>
    BigInt(`0x${Buffer.from(half).toString('hex')}`),
  );
  const point = NOBLE[curve].getPublicKey(secretBytes, false);
  if (mutation === 'high s')
    return overSha256(ecdsaKey(curve, point), digest, p1363(curve, r as bigint, n - (s as bigint)));
  if (mutation === 'r = s') return overSha256(ecdsaKey(curve, point), digest, p1363(curve, r as bigint, r as bigint));
  if (mutation === 'bit') signature[place] = (signature[place] as number) ^ 1;
  const other = NOBLE[curve].getPublicKey(toFixedBytes(secret + 1n, length), false);
  const changed = mutation === 'digest' ? digest.map((byte, i) => (i === place % 32 ? byte ^ 1 : byte)) : digest;
  return overSha256(ecdsaKey(curve, mutation === 'other key' ? other : point), changed, signature);
}

describe('FIPS 186-5 §6.4.2 over a given digest: @noble/curves agrees', () => {
  it.each([
    ['P-256', 25],
    ['P-384', 8],
    ['P-521', 4],
  ] as const)('%s, in batches of good and changed signatures', (curve, numRuns) => {
    let held = 0;
    fc.assert(
      fc.property(fc.array(mutated, { minLength: 1, maxLength: 6 }), (batch) => {
        const claims = batch.map((each) => claimOf(curve, each));
        const holds = checkClaims(claims).map((refusal) => refusal === undefined);
        held += holds.filter(Boolean).length;
        expect(holds).toStrictEqual(claims.map((claim) => nobleHolds(curve, claim)));
      }),
      { numRuns, seed: 20_261_123 },
    );
    expect(held).toBeGreaterThan(2);
  });
});

describe.each(['P-256', 'P-384', 'P-521'] as const)('the corners of the arithmetic on %s', (curve) => {
  const { n, length } = CURVES[curve];
  const digest = new Uint8Array(32).fill(0x5a);
  const e = BigInt(`0x${Buffer.from(digest).toString('hex')}`);
  const nonce = 0x1234567890abcdefn;
  const signed = (secret: bigint, hash: Uint8Array = digest) => {
    const number = BigInt(`0x${Buffer.from(hash).toString('hex')}`) || 0n;
    const { r, s, point } = signWith(curve, number, secret, nonce);
    return overSha256(ecdsaKey(curve, point), hash, p1363(curve, r, s));
  };
  const r = NOBLE[curve].Point.BASE.multiply(nonce).toAffine().x % n;
  /** The shift of the key, in multiples of the base: (e − e')/r. */
  const known = BigInt(`0x${Buffer.from(digestOf('sha256', new Uint8Array())).toString('hex')}`);
  const shift = mod((e - known) * inverse(r, n), n);

  it.each([
    ['a digest of zeros', signed(7n, new Uint8Array(32))],
    ['the digest of the message that stands in for others', signed(7n, digestOf('sha256', new Uint8Array()))],
    ['a key that is the point to be added', signed(shift)],
  ])('%s', (_name, claim) => {
    expect(nobleHolds(curve, claim)).toBe(true);
    expect(checkClaims([claim])).toStrictEqual([undefined]);
    expect(checkClaims([{ ...claim, signature: p1363(curve, r, 1n) }])).not.toStrictEqual([undefined]);
  });

  it('a key that is the negative of the point to be added', () => {
    const secret = n - shift;
    const point = NOBLE[curve].Point.BASE.multiply(secret).toBytes(false);
    const s = mod((e + r * secret) * inverse(nonce, n), n);
    const claims = [s === 0n ? 1n : s, 1n, 2n, n - 1n].map((each) =>
      overSha256(ecdsaKey(curve, point), digest, p1363(curve, r, each)),
    );
    const holds = checkClaims(claims).map((refusal) => refusal === undefined);
    expect(holds).toStrictEqual(claims.map((claim) => nobleHolds(curve, claim)));
    expect(holds).toStrictEqual([true, false, false, false]);
  });

  it.each([
    ['r = 0', 0n, 1n],
    ['s = 0', 1n, 0n],
    ['r = n', n, 1n],
    ['s = n', 1n, n],
    ['both beyond n', n + 1n, n + 1n],
  ])('%s never holds', (_name, left, right) => {
    const { key } = signed(7n);
    const claims = [overSha256(key, digest, p1363(curve, left, right)), signed(7n)];
    expect(checkClaims(claims)).toStrictEqual([
      'invalid signature when validating IEEE_P1363 encoded signature',
      undefined,
    ]);
  });

  it('one bad claim does not spoil its batch, nor a good one save it', () => {
    const good = signed(7n);
    const bad = overSha256(
      good.key,
      digest.map((byte) => byte ^ 1),
      good.signature,
    );
    const refusals = checkClaims([bad, good, bad, good, good, bad]).map((refusal) => refusal === undefined);
    expect(refusals).toStrictEqual([false, true, false, true, true, false]);
  });

  it('a point that is not on the curve is no key', () => {
    const { key, signature } = signed(7n);
    const point = key.type === 'ecdsa' ? Uint8Array.from(key.point) : new Uint8Array();
    point[length] = (point[length] as number) ^ 1;
    expect(checkClaims([overSha256(ecdsaKey(curve, point), digest, signature)])[0]).toContain('invalid signature');
  });
});
