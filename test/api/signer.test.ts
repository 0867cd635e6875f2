import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { signerSpki, verifySignature } from '../../api/signer.ts';

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
    const spki = spkiOf(publicKey);
    expect(verifySignature(spki, MESSAGE, signature)).toEqual({ holds: true });
    expect(verifySignature(spki, Buffer.from('another'), signature).holds).toBe(false);
    expect(verifySignature(spki, MESSAGE, signature.subarray(1)).holds).toBe(false);
  });

  it('holds for Ed25519 and for Ed25519ph', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const spki = spkiOf(publicKey);
    const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    const signatures = [sign(undefined, MESSAGE, privateKey), ed25519ph.sign(MESSAGE, Uint8Array.from(seed))];
    for (const signature of signatures) {
      expect(verifySignature(spki, MESSAGE, signature)).toEqual({ holds: true });
      expect(verifySignature(spki, Buffer.from('another'), signature).holds).toBe(false);
    }
  });

  it('takes a key as PEM, DER and base64 of that, and refuses RSA', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const spki = spkiOf(publicKey);
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    for (const key of [pem, spki, Buffer.from(spki).toString('base64')]) expect(signerSpki(key)).toEqual(spki);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    expect(() => signerSpki(spkiOf(rsa))).toThrow(/others are not checked here/);
  });
});
