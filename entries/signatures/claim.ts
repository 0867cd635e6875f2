import type { Verdict } from '../../base/verdict.ts';

/** A public key cut out of its SubjectPublicKeyInfo. Points are uncompressed (`04‖X‖Y`) and on their curve. */
export type PublicKey =
  | { readonly type: 'ecdsa'; readonly curve: Curve; readonly point: Uint8Array; readonly spki: Uint8Array }
  | { readonly type: 'rsa'; readonly modulus: Uint8Array; readonly exponent: Uint8Array; readonly spki: Uint8Array }
  | { readonly type: 'ed25519'; readonly raw: Uint8Array; readonly spki: Uint8Array };

export type Curve = 'P-224' | 'P-256' | 'P-384' | 'P-521';
export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';

/** Bytes in a digest. */
export const DIGEST_LENGTH = { sha256: 32, sha384: 48, sha512: 64 } as const satisfies Record<DigestAlgorithm, number>;

/**
 * The thing that a signature is said to be made over. With `digest` nobody has the message: ECDSA and RSA take the
 * digest as it is, Ed25519 keys mean Ed25519ph with an empty context (RFC 8032 §5.1; SHA-512 only). With `message`,
 * ECDSA and RSA hash it with SHA-256 whatever the curve, and Ed25519 keys mean pure Ed25519.
 */
export type Signed =
  | { readonly over: 'digest'; readonly algorithm: DigestAlgorithm; readonly digest: Uint8Array }
  | { readonly over: 'message'; readonly message: Uint8Array };

/** A claim that `signature` was made with `key`. A value: it can cross a thread, and be checked beside others. */
export interface SignatureClaim {
  readonly key: PublicKey;
  /** ECDSA: DER or IEEE P1363. RSA: PKCS #1 v1.5. As received. */
  readonly signature: Uint8Array;
  readonly signed: Signed;
}

/** A verdict and the claim it is about, so that none can be taken for that on another. */
export interface ClaimVerdict {
  readonly claim: SignatureClaim;
  readonly verdict: Verdict;
}
