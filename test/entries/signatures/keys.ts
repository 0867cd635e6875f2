import { hexToBytes } from '@noble/hashes/utils.js';
import { type Curve, type PublicKey, type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { CURVES } from '../../../entries/signatures/curves.ts';

/** A key from its point alone. */
export function ecdsaKey(curve: Curve, point: Uint8Array): PublicKey {
  return { type: 'ecdsa', curve, point, spki: Buffer.concat([CURVES[curve].spkiPrefix, point]) };
}

/** A key from its 32 bytes. */
export function ed25519Key(raw: Uint8Array): PublicKey {
  return { type: 'ed25519', raw, spki: Buffer.concat([hexToBytes('302a300506032b6570032100'), raw]) };
}

/** Returns a claim that `signature` is over a SHA-256 digest. */
export function overSha256(key: PublicKey, digest: Uint8Array, signature: Uint8Array): SignatureClaim {
  return { key, signature, signed: { over: 'digest', algorithm: 'sha256', digest } };
}
