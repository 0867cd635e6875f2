import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { type DigestAlgorithm, type PublicKey, type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { checkClaims } from './every-verifier.ts';
import { overSha256 } from './keys.ts';

const MESSAGE = Buffer.from('hello');

interface Pair {
  readonly key: PublicKey;
  readonly privateKey: KeyObject;
}

function pair({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Pair {
  return { key: readKeyMaterial(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))).key, privateKey };
}

const p256 = pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const p224 = pair(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }));
const rsa = pair(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const small = pair(generateKeyPairSync('rsa', { modulusLength: 512 }));
const shortest = pair(generateKeyPairSync('rsa', { modulusLength: 1024 }));
const ed25519 = pair(generateKeyPairSync('ed25519'));

const hash = (algorithm: DigestAlgorithm) => createHash(algorithm).update(MESSAGE).digest();

function overDigest({ key, privateKey }: Pair, algorithm: DigestAlgorithm): SignatureClaim {
  const signature = sign(algorithm, MESSAGE, privateKey);
  return { key, signature, signed: { over: 'digest', algorithm, digest: hash(algorithm) } };
}

function overMessage({ key, privateKey }: Pair, algorithm: DigestAlgorithm | undefined = 'sha256'): SignatureClaim {
  return { key, signature: sign(algorithm, MESSAGE, privateKey), signed: { over: 'message', message: MESSAGE } };
}

const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('rekor-v1 §3.0: signatures that hold', () => {
  it.each([
    ['P-256, each digest', [overDigest(p256, 'sha256'), overDigest(p256, 'sha384'), overDigest(p256, 'sha512')]],
    ['P-224, each digest', [overDigest(p224, 'sha256'), overDigest(p224, 'sha384'), overDigest(p224, 'sha512')]],
    ['RSA, each digest', [overDigest(rsa, 'sha256'), overDigest(rsa, 'sha384'), overDigest(rsa, 'sha512')]],
    ['RSA of 1024 bits', [overDigest(shortest, 'sha256')]],
    ['messages', [overMessage(p256), overMessage(p224), overMessage(rsa), { ...overMessage(ed25519, null as never) }]],
  ])('%s', (_name, claims) => {
    expect(checkClaims(claims)).toStrictEqual(claims.map(() => undefined));
  });

  it('nothing to check is nothing refused', () => {
    expect(checkClaims([])).toStrictEqual([]);
  });

  it('answers stand in the order of the claims, whatever their keys', () => {
    const bad = overSha256(p256.key, hash('sha256'), Buffer.alloc(3));
    const claims = [
      overDigest(rsa, 'sha256'),
      bad,
      overDigest(p256, 'sha256'),
      bad,
      overDigest(p224, 'sha256'),
      overMessage(p256),
    ];
    expect(checkClaims(claims).map((refusal) => refusal === undefined)).toStrictEqual([
      true,
      false,
      true,
      false,
      true,
      true,
    ]);
  });
});

describe('rekor-v1 §3.0: the words for signatures that do not', () => {
  const der = overDigest(p256, 'sha256');
  const notDer = 'invalid signature when validating ASN.1 encoded signature';
  it.each([
    ['over another digest', { ...der, signed: overDigest(p256, 'sha384').signed }, notDer],
    ['with a byte behind it', { ...der, signature: Buffer.concat([der.signature, Buffer.of(0)]) }, notDer],
    [
      'with a negative r',
      overSha256(p256.key, hash('sha256'), Buffer.from('300602018002 0101'.replace(' ', ''), 'hex')),
      notDer,
    ],
    ['with a third number', overSha256(p256.key, hash('sha256'), Buffer.from('3009020101020101020101', 'hex')), notDer],
    ['of zeros', overSha256(p256.key, hash('sha256'), Buffer.from('3006020100020100', 'hex')), notDer],
    ['with an r of a million digits', overSha256(p256.key, hash('sha256'), hugeDer()), notDer],
  ])('DER %s', (_name, claim, words) => {
    expect(checkClaims([claim])).toStrictEqual([words]);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['of odd length', Buffer.alloc(63, 1)],
    ['longer than two numbers of P-521', Buffer.alloc(134, 1)],
    ['DER with a length that is not minimal', Buffer.from('308106020101020101', 'hex')],
    ['DER with a number that is not minimal, and odd', Buffer.from('300702020001020101', 'hex')],
  ])('neither DER nor P1363: %s', (_name, signature) => {
    expect(checkClaims([overSha256(p256.key, hash('sha256'), signature)])).toStrictEqual([
      'ecdsa: Invalid IEEE_P1363 encoded bytes',
    ]);
  });

  it('IEEE P1363', () => {
    const signature = sign('sha256', MESSAGE, { key: p256.privateKey, dsaEncoding: 'ieee-p1363' });
    const claims = [signature, flip(signature, 5), flip(signature, 60)].map((each) =>
      overSha256(p256.key, hash('sha256'), each),
    );
    const words = 'invalid signature when validating IEEE_P1363 encoded signature';
    expect(checkClaims(claims)).toStrictEqual([undefined, words, words]);
    const messages = claims.map((claim) => ({ ...claim, signed: { over: 'message', message: MESSAGE } as const }));
    expect(checkClaims(messages)).toStrictEqual([undefined, words, words]);
  });

  it('RSA', () => {
    const good = overDigest(rsa, 'sha256');
    const claims = [
      { ...good, signature: flip(good.signature, 100) },
      { ...good, signature: good.signature.subarray(1) },
      { ...good, signature: Buffer.alloc(256, 0xff) },
      { ...good, signed: overDigest(rsa, 'sha512').signed },
    ];
    expect(checkClaims(claims)).toStrictEqual(claims.map(() => 'crypto/rsa: verification error'));
  });

  it('Ed25519 over a message', () => {
    const good = overMessage(ed25519, null as never);
    expect(checkClaims([{ ...good, signature: flip(good.signature, 3) }])).toStrictEqual([
      'failed to verify signature',
    ]);
    expect(checkClaims([{ ...good, signature: Buffer.alloc(5) }])).toStrictEqual(['failed to verify signature']);
  });

  it.each(['sha256', 'sha384'] as const)('Ed25519 over a digest of %s', (algorithm) => {
    const claim: SignatureClaim = {
      key: ed25519.key,
      signature: Buffer.alloc(64),
      signed: { over: 'digest', algorithm, digest: hash(algorithm) },
    };
    const name = algorithm === 'sha256' ? 'SHA-256' : 'SHA-384';
    expect(checkClaims([claim])).toStrictEqual([`unsupported hash algorithm: "${name}" not in [SHA-512]`]);
  });

  it('a digest that is none of its algorithm', () => {
    const claims = [p256, rsa, ed25519].map(({ key }) => overSha256(key, Buffer.alloc(31), Buffer.alloc(64)));
    expect(checkClaims(claims)).toStrictEqual(
      claims.map(() => 'unexpected length of digest for hash function specified'),
    );
  });
});

function hugeDer(): Uint8Array {
  const digits = Buffer.alloc(500_000, 0x11);
  const number = Buffer.concat([Buffer.from('028307a120', 'hex'), digits]);
  return Buffer.concat([Buffer.from('308307a128', 'hex'), number, Buffer.from('020101', 'hex')]);
}

/** A key that nobody has the other half of. */
function rsaKey(modulus: Uint8Array, exponent: Uint8Array): PublicKey {
  return { type: 'rsa', modulus, exponent, spki: Buffer.alloc(0) };
}

describe('Go crypto/rsa: keys that no signature is checked with', () => {
  const odd = Buffer.alloc(256, 0xff);
  const e = Buffer.of(1, 0, 1);
  it.each([
    [
      'of 512 bits',
      small.key,
      'crypto/rsa: 512-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)',
    ],
    [
      'longer than anyone needs',
      rsaKey(Buffer.alloc(2049, 0xff), e),
      'crypto/rsa: 16392-bit keys are not supported, at most 16384 bits are',
    ],
    ['even', rsaKey(flip(odd, 255), e), 'crypto/rsa: public modulus is even'],
    ['with exponent 1', rsaKey(odd, Buffer.of(1)), 'crypto/rsa: public exponent too small or negative'],
    ['with an even exponent', rsaKey(odd, Buffer.of(4)), 'crypto/rsa: public exponent is even'],
    ['with an exponent of 2³¹ + 1', rsaKey(odd, Buffer.of(0x80, 0, 0, 1)), 'crypto/rsa: public exponent too large'],
    ['that OpenSSL cannot read', rsaKey(odd, e), 'crypto/rsa: verification error'],
  ])('a modulus %s', (_name, key, words) => {
    expect(checkClaims([overSha256(key, hash('sha256'), Buffer.alloc(256, 1))])).toStrictEqual([words]);
  });
});
