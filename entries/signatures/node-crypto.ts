/*
 * The only module of the signature checks that imports node:crypto. OpenSSL multiplies points and raises to powers some thirty
 * times faster than JavaScript; a build for browsers replaces this file. Nothing in here throws: a key or a number
 * that OpenSSL refuses holds no signature.
 */
import {
  constants,
  createECDH,
  createHash,
  createPublicKey,
  type ECDH,
  type KeyObject,
  publicDecrypt,
  verify,
} from 'node:crypto';
import { type Curve, type DigestAlgorithm } from './claim.ts';
import { CURVES } from './curves.ts';
import { type RsaKey } from './verifier.ts';

/** The digest of a message that lies in parts, one after the other. */
export function digestOf(algorithm: DigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function importKey(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: spki as Buffer, format: 'der', type: 'spki' });
}

/** ECDSA over the digest of a message. IEEE P1363 is in the width of the curve. */
export function ecdsaHolds(
  digest: DigestAlgorithm,
  message: Uint8Array,
  spki: Uint8Array,
  signature: Uint8Array,
  dsaEncoding: 'der' | 'ieee-p1363',
): boolean {
  return attempt(() => verify(digest, message, { key: importKey(spki), dsaEncoding }, signature)) ?? false;
}

/** RFC 8032 §5.1.7 without a context, as OpenSSL reads it: cofactorless, canonical `S`. */
export function ed25519Holds(message: Uint8Array, spki: Uint8Array, signature: Uint8Array): boolean {
  return attempt(() => verify(undefined, message, importKey(spki), signature)) ?? false;
}

/** RSASSA-PSS (RFC 8017 §8.1.2) with MGF1 over the same digest and a salt of its length: as certificates use it. */
export function rsaPssHolds(
  digest: DigestAlgorithm,
  message: Uint8Array,
  spki: Uint8Array,
  signature: Uint8Array,
): boolean {
  const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return attempt(() => verify(digest, message, { key: importKey(spki), ...options }, signature)) ?? false;
}

/** RSAVP1 and I2OSP (RFC 8017 §5.2.2, §4.1): `signature^e mod n` in the width of the modulus. */
export function rsaEncodedMessage({ modulus, exponent }: RsaKey, signature: Uint8Array): Uint8Array | undefined {
  return attempt(() => {
    const numbers = { kty: 'RSA', n: base64Url(modulus), e: base64Url(exponent) };
    const key = createPublicKey({ key: numbers, format: 'jwk' }); // half the price of an import in DER
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  });
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** `scalar·G` as `04‖X‖Y`. Needs `0 < scalar < n`. */
export function multiplyBase(curve: Curve, scalar: Uint8Array): Uint8Array {
  const multiplier = multiplierOf(curve);
  multiplier.setPrivateKey(scalar);
  return multiplier.getPublicKey();
}

const multipliers = new Map<Curve, ECDH>();

function multiplierOf(curve: Curve): ECDH {
  const known = multipliers.get(curve);
  if (known !== undefined) return known;
  const made = createECDH(CURVES[curve].group);
  multipliers.set(curve, made);
  return made;
}

function attempt<T>(operation: () => T): T | undefined {
  try {
    return operation();
  } catch {
    return undefined;
  }
}
