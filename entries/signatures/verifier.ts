import { type Curve, type PublicKey } from './claim.ts';

/** One ECDSA signature over a digest whose message nobody has, cut into its parts. */
export interface DigestCheck {
  /** `04‖X‖Y` in the width of the curve. With a point that is not on it nothing holds. */
  readonly point: Uint8Array;
  /** Unsigned, big-endian, of any length. */
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  /** At most `MAX_DIGEST` bytes; cut to as many leading bits as the order of the curve has (FIPS 186-5 §6.4.2). */
  readonly digest: Uint8Array;
}

/** Twice what any signature here is over. */
export const MAX_DIGEST = 128;

/**
 * Checks signatures over bare digests. node:crypto hashes all it is given, so each of these is a way round it: see the
 * folder `verifiers`. They never disagree, and never throw for what a stranger sent.
 */
export interface DigestVerifier {
  readonly name: 'openssl' | 'node';
  /** ECDSA: for each check, whether it holds. Together they may cost less than one by one. */
  verifyDigests(curve: Curve, checks: readonly DigestCheck[]): readonly boolean[];
  /** Whether an Ed25519ph signature holds, its context empty; undefined from one that cannot tell. */
  ed25519phHolds(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean | undefined;
  rsaEncodedMessage: RsaPower;
}

export type RsaKey = Extract<PublicKey, { type: 'rsa' }>;

/** RSAVP1 and I2OSP (RFC 8017 §5.2.2, §4.1): `signature^e mod n` in the width of the modulus, which both have. */
export type RsaPower = (key: RsaKey, signature: Uint8Array) => Uint8Array | undefined;
