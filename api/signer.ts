import { ed25519ph } from '@noble/curves/ed25519.js';
import { sha384, sha512 } from '@noble/hashes/sha2.js';
import { sha256 } from '../base/sha256.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { verifyEd25519 } from '../checkpoint/ed25519.ts';
import { parseEcdsaSpki, parseEd25519Spki } from '../checkpoint/spki.ts';
import { parseLogKeys } from '../client/key-text.ts';
import { type Bytes, MalformedInput } from './bytes.ts';
import { ecdsaDigestHolds } from './ecdsa.ts';

export const DIGESTS = { sha256, sha384, sha512 } as const;
export type DigestName = keyof typeof DIGESTS;

/** Returns the SubjectPublicKeyInfo of a signer's key: PEM, DER in base64, or DER. @throws MalformedInput, MalformedKey */
export function signerSpki(key: Bytes): Uint8Array {
  const [{ spki } = { spki: undefined }, ...others] =
    typeof key === 'string' ? parseLogKeys(key) : [{ name: undefined, spki: key }];
  if (spki === undefined || others.length > 0) throw new MalformedInput('key is not the key of one signer');
  if (parseEd25519Spki(spki) !== undefined || parseEcdsaSpki(spki) !== undefined) return spki;
  throw new MalformedInput(
    'key is neither of Ed25519 nor of ECDSA on P-256, P-384 or P-521: others are not checked here',
  );
}

/**
 * Whether a key has signed a message: Ed25519 over the message, or Ed25519ph; ECDSA over SHA-256 or the digest of the curve's own
 * size, as Sigstore's clients do.
 */
export function verifySignature(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): Verdict {
  const holds = parseEd25519Spki(spki) === undefined ? byEcdsa : byEd25519;
  return holds(spki, message, signature) ? HOLDS : fails('the signature is not by the key over this artifact');
}

const OWN_DIGEST = { 'P-256': sha256, 'P-384': sha384, 'P-521': sha512 } as const;

function byEcdsa(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const curve = parseEcdsaSpki(spki)?.curve;
  const digests = curve === undefined ? [] : new Set([OWN_DIGEST[curve], sha256]);
  return [...digests].some((digest) => ecdsaDigestHolds(spki, digest(message), signature));
}

function byEd25519(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = parseEd25519Spki(spki);
  if (key === undefined) return false;
  return verifyEd25519(key, message, signature) || isPreHashed(key, message, signature);
}

function isPreHashed(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519ph.verify(signature, message, key, { zip215: false });
  } catch {
    return false; // not 64 bytes, or no point
  }
}
