import { sha384, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import { verifyEd25519 } from '../checkpoint/ed25519.ts';
import type { SignatureCrypto } from '../entries/signatures/signature-crypto.ts';
import { ecdsaDigestHolds } from './ecdsa.ts';
import { rsaEncodedMessage, rsaPssHolds } from './rsa.ts';

const DIGESTS = { sha256, sha384, sha512 } as const;

/** Checks signatures without Node: about 2 ms for one on P-256. P-224, which no client of Sigstore uses, holds nothing. */
export const portableCrypto: SignatureCrypto = {
  digestOf: (algorithm, ...parts) =>
    DIGESTS[algorithm](parts.length === 1 ? (parts[0] ?? NONE) : concatBytes(...parts)),
  ecdsaHolds: (digest, message, { spki }, signature) => ecdsaDigestHolds(spki, DIGESTS[digest](message), signature),
  ed25519Holds: (message, { raw }, signature) => verifyEd25519(raw, message, signature),
  rsaPssHolds: (digest, message, key, signature) => rsaPssHolds(key, DIGESTS[digest], message, signature),
  rsaEncodedMessage,
};

const NONE = new Uint8Array();
