import type { DigestAlgorithm, PublicKey } from './claim.ts';
import type { RsaKey, RsaPower } from './verifier.ts';

type KeyOf<Type extends PublicKey['type']> = Extract<PublicKey, { type: Type }>;

/**
 * Checks of signatures over whole messages: by OpenSSL in `node-signatures.ts`, and in JavaScript for browsers. Nothing throws for what
 * a stranger sent: a key, a point or a number that cannot be used holds no signature.
 */
export interface SignatureCrypto {
  /** The digest of a message that lies in parts, one after the other. */
  readonly digestOf: (algorithm: DigestAlgorithm, ...parts: readonly Uint8Array[]) => Uint8Array;
  /** ECDSA over the digest of a message; `signature` is DER. Low and high `s` are both good. */
  readonly ecdsaHolds: (
    digest: DigestAlgorithm,
    message: Uint8Array,
    key: KeyOf<'ecdsa'>,
    signature: Uint8Array,
  ) => boolean;
  /** RFC 8032 §5.1.7 without a context. */
  readonly ed25519Holds: (message: Uint8Array, key: KeyOf<'ed25519'>, signature: Uint8Array) => boolean;
  /** RSASSA-PSS (RFC 8017 §8.1.2) with MGF1 over the same digest and a salt of its length. */
  readonly rsaPssHolds: (digest: DigestAlgorithm, message: Uint8Array, key: RsaKey, signature: Uint8Array) => boolean;
  readonly rsaEncodedMessage: RsaPower;
}
