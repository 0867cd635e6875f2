import { ed25519ph } from '@noble/curves/ed25519.js';
import { parseBase64 } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { findPemBlock } from '../entries/pki/pem.ts';
import { readPublicKey } from '../entries/pki/public-key.ts';
import type { DigestAlgorithm, PublicKey } from '../entries/signatures/claim.ts';
import { messageSignatureHolds } from '../entries/signatures/message-signature.ts';
import { type Bytes, MalformedInput } from './bytes.ts';
import { portableCrypto } from './portable-crypto.ts';

/** Returns a signer's key: PEM, DER in base64, or DER of a SubjectPublicKeyInfo. @throws MalformedInput, InvalidKey */
export function signerKey(key: Bytes): PublicKey {
  return readPublicKey(typeof key === 'string' ? derOf(key) : key);
}

function derOf(text: string): Uint8Array {
  const found = text.includes('-----BEGIN') ? findPemBlock(text.trim()) : undefined;
  if (found === undefined) {
    const der = parseBase64(text.replaceAll(/\s/g, ''));
    if (der === undefined) throw new MalformedInput('key is no PEM and no base64');
    return der;
  }
  const { block, rest } = found;
  if (rest.trim() !== '') throw new MalformedInput('key is not the key of one signer');
  if (block.label === 'PUBLIC KEY') return block.bytes;
  throw new MalformedInput(`key is a ${block.label}, and a PUBLIC KEY is needed`);
}

/**
 * Whether a key has signed a message: Ed25519 over the message, or Ed25519ph; ECDSA over SHA-256 or the digest of the curve's own
 * size, as Sigstore's clients do; RSA by PKCS #1 v1.5 over SHA-256, as Rekor takes it.
 */
export function verifySignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): Verdict {
  const digests: readonly DigestAlgorithm[] = key.type === 'ecdsa' ? OWN_DIGESTS[key.curve] : ['sha256'];
  const holds =
    digests.some((digest) => messageSignatureHolds(key, digest, message, signature, portableCrypto)) ||
    (key.type === 'ed25519' && isPreHashed(key.raw, message, signature));
  return holds ? HOLDS : fails('the signature is not by the key over this artifact');
}

const OWN_DIGESTS = {
  'P-224': ['sha256'],
  'P-256': ['sha256'],
  'P-384': ['sha384', 'sha256'],
  'P-521': ['sha512', 'sha256'],
} as const;

function isPreHashed(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519ph.verify(signature, message, key, { zip215: false });
  } catch {
    return false; // not 64 bytes, or no point
  }
}
