import { ed25519MessageHolds } from './ed25519.ts';
import { digestOf, ecdsaHolds, rsaEncodedMessage, rsaPssHolds } from './node-crypto.ts';
import type { SignatureCrypto } from './signature-crypto.ts';

/** Checks signatures with the OpenSSL inside Node. */
export const nodeSignatures: SignatureCrypto = {
  digestOf,
  ecdsaHolds: (digest, message, { spki }, signature) => ecdsaHolds(digest, message, spki, signature, 'der'),
  ed25519Holds: (message, key, signature) => ed25519MessageHolds(key, message, signature),
  rsaPssHolds: (digest, message, { spki }, signature) => rsaPssHolds(digest, message, spki, signature),
  rsaEncodedMessage,
};
