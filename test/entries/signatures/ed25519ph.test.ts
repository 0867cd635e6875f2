import { createHash } from 'node:crypto';
import { ed25519, ed25519ph } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { checkClaims } from './every-verifier.ts';
import { ed25519Key } from './keys.ts';

const ABC = createHash('sha512').update('abc').digest();
const KEY = Buffer.from('ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf', 'hex');
const SIGNATURE = Buffer.from(
  '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
  'hex',
);
const INVALID_SIGNATURE = 'failed to verify signature: ed25519: invalid signature';

function claim(raw: Uint8Array, signature: Uint8Array, digest: Uint8Array = ABC): SignatureClaim {
  return { key: ed25519Key(raw), signature, signed: { over: 'digest', algorithm: 'sha512', digest } };
}

const check = (each: SignatureClaim) => checkClaims([each])[0];

const littleEndian = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse();

describe('RFC 8032 §7.3: Ed25519ph', () => {
  it('TEST abc', () => {
    expect(check(claim(KEY, SIGNATURE))).toBeUndefined();
  });

  it('TEST abc with any of its bytes changed', () => {
    const changed = Array.from(SIGNATURE, (_, at) => SIGNATURE.map((byte, i) => (i === at ? byte ^ 0x10 : byte)));
    expect(new Set(checkClaims(changed.map((signature) => claim(KEY, signature))))).toStrictEqual(
      new Set([INVALID_SIGNATURE]),
    );
  });

  it('agrees with @noble/curves on keys and digests of all sorts', () => {
    for (let i = 0; i < 8; i += 1) {
      const secret = createHash('sha256').update(`secret ${i}`).digest();
      const message = Buffer.from(`message ${i}`);
      const digest = createHash('sha512').update(message).digest();
      const key = ed25519.getPublicKey(secret);
      expect(check(claim(key, ed25519ph.sign(message, secret), digest))).toBeUndefined();
      expect(check(claim(key, ed25519.sign(message, secret), digest))).toBe(INVALID_SIGNATURE);
      expect(check(claim(key, ed25519ph.sign(message, secret, { context: Buffer.from('x') }), digest))).toBe(
        INVALID_SIGNATURE,
      );
    }
  });

  it('a signature of another length, and a key that is no point', () => {
    expect(check(claim(KEY, SIGNATURE.subarray(1)))).toBe(
      'failed to verify signature: ed25519: bad signature length: 63',
    );
    expect(check(claim(littleEndian(2n), SIGNATURE))).toBe('failed to verify signature: ed25519: bad public key');
  });
});

describe('Go crypto/ed25519: what it takes and what not', () => {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const identity = littleEndian(1n);

  it('S has to be less than L', () => {
    const s = BigInt(`0x${Buffer.from(SIGNATURE.subarray(32)).reverse().toString('hex')}`);
    expect(check(claim(KEY, Buffer.concat([SIGNATURE.subarray(0, 32), littleEndian(s)])))).toBeUndefined();
    expect(check(claim(KEY, Buffer.concat([SIGNATURE.subarray(0, 32), littleEndian(s + order)])))).toBe(
      INVALID_SIGNATURE,
    );
  });

  it.each([
    ['of small order', identity],
    ['of small order, not reduced', littleEndian(2n ** 255n - 18n)],
  ])('a key %s is a key', (_name, key) => {
    expect(check(claim(key, Buffer.concat([identity, littleEndian(0n)])))).toBeUndefined();
    expect(check(claim(key, Buffer.concat([Point.BASE.toBytes(), littleEndian(1n)])))).toBeUndefined();
    expect(check(claim(key, Buffer.concat([identity, littleEndian(1n)])))).toBe(INVALID_SIGNATURE);
  });

  const overMessage = (raw: Uint8Array, signature: Uint8Array, message: Uint8Array): SignatureClaim => ({
    key: ed25519Key(raw),
    signature,
    signed: { over: 'message', message },
  });

  it.each([
    ['1', identity, 1],
    ['1, not reduced', littleEndian(2n ** 255n - 18n), 1],
    ['2', littleEndian(2n ** 255n - 20n), 2],
    ['4', littleEndian(0n), 4],
    ['8', Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex'), 8],
  ])('without pre-hashing, too: a key of order %s signs each message whose hash it divides', (_name, key, small) => {
    const signature = Buffer.concat([identity, littleEndian(0n)]);
    const messages = Array.from({ length: 32 }, (_, i) => Buffer.from(`message ${i}`));
    const divided = messages.map((message) => {
      const hash = createHash('sha512').update(identity).update(key).update(message).digest().reverse();
      return (BigInt(`0x${hash.toString('hex')}`) % order) % BigInt(small) === 0n;
    });
    expect(divided).toContain(true);
    const refusals = checkClaims(messages.map((message) => overMessage(key, signature, message)));
    expect(refusals.map((refusal) => refusal === undefined)).toStrictEqual(divided);
  });

  it('without pre-hashing, too: R of small order', () => {
    const secret = 13n;
    const key = Point.BASE.multiply(secret).toBytes();
    const message = Buffer.from('message');
    const hash = createHash('sha512').update(identity).update(key).update(message).digest().reverse();
    const s = ((BigInt(`0x${hash.toString('hex')}`) % order) * secret) % order;
    const signature = Buffer.concat([identity, littleEndian(s)]);
    expect(check(overMessage(key, signature, message))).toBeUndefined();
    expect(check(overMessage(key, signature, Buffer.from('other')))).toBe('failed to verify signature');
  });

  it('each sum of a key, R and points of small order holds just if those cancel out', () => {
    const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    const small = Array.from({ length: 8 }, (_, i) => (i === 0 ? Point.ZERO : torsion.multiplyUnsafe(BigInt(i))));
    const [nonce, secret] = [11n, 13n];
    const ph = Buffer.concat([Buffer.from('SigEd25519 no Ed25519 collisions'), Buffer.of(1, 0)]);
    const cases = small.flatMap((ofKey, i) =>
      small.flatMap((ofR, j) =>
        [ph, Buffer.alloc(0)].map((prefix) => {
          const key = Point.BASE.multiply(secret).add(ofKey).toBytes();
          const r = Point.BASE.multiply(nonce).add(ofR).toBytes();
          const hash = createHash('sha512').update(prefix).update(r).update(key).update(ABC).digest().reverse();
          const k = BigInt(`0x${hash.toString('hex')}`) % order;
          const signature = Buffer.concat([r, littleEndian((nonce + k * secret) % order)]);
          const made = prefix === ph ? claim(key, signature) : overMessage(key, signature, ABC);
          return { made, holds: (BigInt(j) + k * BigInt(i)) % 8n === 0n };
        }),
      ),
    );
    const refusals = checkClaims(cases.map(({ made }) => made));
    expect(refusals.map((refusal) => refusal === undefined)).toStrictEqual(cases.map(({ holds }) => holds));
    expect(cases.filter(({ holds }) => holds).length).toBeGreaterThan(10);
  });

  it('R with a part of small order does not hold, though it would times the cofactor', () => {
    const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    expect(torsion.multiplyUnsafe(8n).is0()).toBe(true);
    const [nonce, secret] = [11n, 13n];
    const key = Point.BASE.multiply(secret).toBytes();
    const signWith = (r: Uint8Array) => {
      const prefix = Buffer.concat([Buffer.from('SigEd25519 no Ed25519 collisions'), Buffer.of(1, 0)]);
      const hash = createHash('sha512').update(prefix).update(r).update(key).update(ABC).digest();
      const k = BigInt(`0x${hash.reverse().toString('hex')}`) % order;
      return Buffer.concat([r, littleEndian((nonce + k * secret) % order)]);
    };
    expect(check(claim(key, signWith(Point.BASE.multiply(nonce).toBytes())))).toBeUndefined();
    expect(check(claim(key, signWith(Point.BASE.multiply(nonce).add(torsion).toBytes())))).toBe(INVALID_SIGNATURE);
  });
});
