import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { portableCrypto } from '../../api/portable-crypto.ts';
import { signerKey, verifySignature } from '../../api/signer.ts';

const MESSAGE = Buffer.from('a message');
const spkiOf = (key: KeyObject): Uint8Array => Uint8Array.from(key.export({ type: 'spki', format: 'der' }));

describe('verifySignature', () => {
  it.each([
    ['P-256', 'sha256'],
    ['P-384', 'sha384'],
    ['P-384', 'sha256'],
    ['P-521', 'sha512'],
    ['P-521', 'sha256'],
  ])('holds for %s over %s, and not for another message', (namedCurve, digest) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
    const signature = sign(digest, MESSAGE, privateKey);
    const key = signerKey(spkiOf(publicKey));
    expect(verifySignature(key, MESSAGE, signature)).toEqual({ holds: true });
    expect(verifySignature(key, Buffer.from('another'), signature).holds).toBe(false);
    expect(verifySignature(key, MESSAGE, signature.subarray(1)).holds).toBe(false);
  });

  it('holds for Ed25519 and for Ed25519ph', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = signerKey(spkiOf(publicKey));
    const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    const signatures = [sign(undefined, MESSAGE, privateKey), ed25519ph.sign(MESSAGE, Uint8Array.from(seed))];
    for (const signature of signatures) {
      expect(verifySignature(key, MESSAGE, signature)).toEqual({ holds: true });
      expect(verifySignature(key, Buffer.from('another'), signature).holds).toBe(false);
    }
  });

  it.each([1024, 2048, 4096])('holds for RSA of %i bits over SHA-256, and not for another message', (modulusLength) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
    const key = signerKey(spkiOf(publicKey));
    const signature = sign('sha256', MESSAGE, privateKey);
    expect(verifySignature(key, MESSAGE, signature)).toEqual({ holds: true });
    expect(verifySignature(key, Buffer.from('another'), signature).holds).toBe(false);
    expect(verifySignature(key, MESSAGE, signature.subarray(1)).holds).toBe(false);
    expect(verifySignature(key, MESSAGE, sign('sha512', MESSAGE, privateKey)).holds).toBe(false);
  });

  it('takes a key as PEM, DER and base64 of that, and refuses what is no key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const spki = spkiOf(publicKey);
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    for (const key of [pem, spki, Buffer.from(spki).toString('base64')]) expect(signerKey(key).spki).toEqual(spki);
    for (const key of [`${pem}${pem}`, 'no key', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), spki.subarray(1)])
      expect(() => signerKey(key)).toThrow(/key|spki/);
  });
});

describe('portableCrypto: RSASSA-PSS', () => {
  it.each([
    [2048, 'sha256', 32],
    [2049, 'sha384', 48],
    [2055, 'sha512', 64],
  ] as const)('of %i bits over %s as OpenSSL makes it', (modulusLength, digest, saltLength) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
    const key = signerKey(spkiOf(publicKey));
    if (key.type !== 'rsa') throw new Error('no key of RSA');
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign(digest, MESSAGE, { key: privateKey, padding, saltLength });
    const { rsaPssHolds } = portableCrypto;
    expect(rsaPssHolds(digest, MESSAGE, key, signature)).toBe(true);
    expect(rsaPssHolds(digest, Buffer.from('another'), key, signature)).toBe(false);
    expect(rsaPssHolds(digest, MESSAGE, key, sign(digest, MESSAGE, privateKey))).toBe(false);
    const shorter = sign(digest, MESSAGE, { key: privateKey, padding, saltLength: saltLength - 1 });
    expect(rsaPssHolds(digest, MESSAGE, key, shorter)).toBe(false);
  });
});
