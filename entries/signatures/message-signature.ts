import type { DigestAlgorithm, PublicKey } from './claim.ts';
import { readEcdsaSignature } from './der-signature.ts';
import { judgeRsa } from './rsa.ts';
import type { SignatureCrypto } from './signature-crypto.ts';

/**
 * Whether `key` has signed a message: ECDSA in strict DER and RSASSA-PKCS1-v1_5 over the digest named, Ed25519 over the message itself.
 * This is how certificates, their timestamps and those of RFC 3161 are signed.
 */
export function messageSignatureHolds(
  key: PublicKey,
  digest: DigestAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
  crypto: SignatureCrypto,
): boolean {
  switch (key.type) {
    case 'ecdsa':
      return isStrictDer(signature) && crypto.ecdsaHolds(digest, message, key, signature);
    case 'ed25519':
      return crypto.ed25519Holds(message, key, signature);
    case 'rsa':
      return judgeRsa(key, digest, crypto.digestOf(digest, message), signature, crypto.rsaEncodedMessage).holds;
  }
}

function isStrictDer(signature: Uint8Array): boolean {
  const read = readEcdsaSignature(signature);
  return read?.encoding === 'asn1' && read.scalars !== undefined;
}
