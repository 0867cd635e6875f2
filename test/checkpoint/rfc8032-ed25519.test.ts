import { createPublicKey, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Point, hashes, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHex, toHex, utf8 } from '../../base/bytes.ts';
import { verifyEd25519 } from '../../checkpoint/ed25519.ts';
import { flipped, seeded } from './signing.ts';

const hex = (text: string): Uint8Array => parseHex(text, text.length / 2) as Uint8Array;
const ORDER = Point.CURVE().n;
const fromLittleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`);
const littleEndian = (n: bigint): Uint8Array => hex(n.toString(16).padStart(64, '0')).toReversed();

hashes.sha512 = sha512;

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKeyPem: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

describe('RFC 8032 §5.1.7: vectors of Wycheproof', () => {
  const path = new URL('../vectors/wycheproof/ed25519_test.json', import.meta.url);
  const { testGroups } = JSON.parse(readFileSync(path, 'utf8')) as Wycheproof;
  const cases = testGroups.flatMap(({ publicKeyPem, tests }) => tests.map((test) => ({ ...test, publicKeyPem })));
  it('are found', () => expect(cases.length).toBeGreaterThan(140));
  it.each(cases)('$tcId $comment: $result', ({ publicKeyPem, msg, sig, result }) => {
    const key = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }).subarray(-32);
    expect(verifyEd25519(key, hex(msg), hex(sig))).toBe(result === 'valid');
  });
});

describe('RFC 8032 §5.1.7: where it leaves a choice', () => {
  const { publicKey, sign } = seeded(1);
  const message = utf8('text\n');
  const signature = sign(message);

  it('holds for what Node signs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 200 }), (byte, bytes) => {
        const signer = seeded(byte);
        return verifyEd25519(signer.publicKey, bytes, signer.sign(bytes));
      }),
      { numRuns: 30 },
    );
  });
  it('does not hold with a changed bit, in signature, key or message', () => {
    expect(verifyEd25519(publicKey, message, signature)).toBe(true);
    expect(flipped(signature).filter((bytes) => verifyEd25519(publicKey, message, bytes))).toEqual([]);
    expect(flipped(publicKey).filter((bytes) => verifyEd25519(bytes, message, signature))).toEqual([]);
    expect(flipped(message).filter((bytes) => verifyEd25519(publicKey, bytes, signature))).toEqual([]);
  });
  it('S is below the order', () => {
    const s = fromLittleEndian(signature.subarray(32)) + ORDER;
    expect(verifyEd25519(publicKey, message, Uint8Array.from([...signature.subarray(0, 32), ...littleEndian(s)]))).toBe(
      false,
    );
  });
  it.each([0, 31, 32, 63, 65])('no signature has %d bytes', (length) => {
    expect(
      verifyEd25519(
        publicKey,
        message,
        Uint8Array.from({ length }, (_, i) => signature[i] ?? 0),
      ),
    ).toBe(false);
  });
  it.each([0, 31, 33])('no key has %d bytes', (length) => {
    expect(
      verifyEd25519(
        Uint8Array.from({ length }, (_, i) => publicKey[i] ?? 0),
        message,
        signature,
      ),
    ).toBe(false);
  });

  /** Points of order 1, 2, 4 and 8, the identity also in the two spellings that RFC 8032 §5.1.3 does not allow. */
  const small = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ];
  const holdsWithCofactor = (key: Uint8Array, forgery: Uint8Array): boolean => verify(forgery, message, key);
  const forged = small.map((r) => hex(`${r}${'00'.repeat(32)}`)); // S = 0
  it.each(small)('the key %s, which agrees to anything, does not count', (key) => {
    expect(forged.filter((bytes) => holdsWithCofactor(hex(key), bytes)).length).toBe(forged.length);
    expect(forged.filter((bytes) => verifyEd25519(hex(key), message, bytes))).toEqual([]);
  });
  it('the identity as a key does not count, although the equation holds without the cofactor too', () => {
    const bytes = concatBytes(Point.BASE.multiply(12345n).toBytes(), littleEndian(12345n));
    expect(holdsWithCofactor(hex(small[0] as string), bytes)).toBe(true);
    expect(verifyEd25519(hex(small[0] as string), message, bytes)).toBe(false);
  });
  it('R of small order does not count, although the equation holds', () => {
    const r = hex(small[0] as string); // the identity: S = k times the secret scalar
    const bytes = concatBytes(r, littleEndian((challenge(r) * secret) % ORDER));
    expect(holdsWithCofactor(publicKey, bytes)).toBe(true);
    expect(verifyEd25519(publicKey, message, bytes)).toBe(false);
  });
  it('the equation has no cofactor: R with a component of small order does not count', () => {
    const torsion = Point.fromBytes(hex(small[3] as string), true);
    const r = Point.BASE.multiply(12345n).add(torsion).toBytes();
    const bytes = concatBytes(r, littleEndian((12345n + challenge(r) * secret) % ORDER));
    expect(holdsWithCofactor(publicKey, bytes)).toBe(true);
    expect(verifyEd25519(publicKey, message, bytes)).toBe(false);
  });
  it('without that component the same counts', () => {
    const r = Point.BASE.multiply(12345n).toBytes();
    expect(
      verifyEd25519(publicKey, message, concatBytes(r, littleEndian((12345n + challenge(r) * secret) % ORDER))),
    ).toBe(true);
  });

  /** The secret scalar of the seed of ones: RFC 8032 §5.1.5. */
  const half = hash('sha512', new Uint8Array(32).fill(1), 'buffer').subarray(0, 32);
  half[0] = (half[0] as number) & 248;
  half[31] = ((half[31] as number) & 127) | 64;
  const secret = fromLittleEndian(half);
  const challenge = (r: Uint8Array): bigint =>
    fromLittleEndian(hash('sha512', concatBytes(r, publicKey, message), 'buffer'));
});
