import { sha256 } from '../base/sha256.ts';
import { parseEcdsaSpki } from '../checkpoint/spki.ts';
import type { EcdsaCheck } from '../checkpoint/verify.ts';
import { p256, p384, p521 } from './nist-curves.ts';

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;

/** Whether `signature`, in DER, is the key's over a digest. About 2 ms on P-256. Low and high `s` are both good. */
export function ecdsaDigestHolds(spki: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const key = parseEcdsaSpki(spki);
  if (key === undefined) return false;
  try {
    return CURVES[key.curve].verify(signature, digest, key.point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false; // a point that is not on the curve, or DER that is none
  }
}

/** Checks signatures of logs by ECDSA without Node: logs sign SHA-256, whatever their curve. */
export const ecdsa: EcdsaCheck = (spki, text, signature) => ecdsaDigestHolds(spki, sha256(text), signature);
