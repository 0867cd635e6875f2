import { algorithmUse } from '../algorithm-policy.ts';
import { InvalidEntry } from '../failures.ts';
import { type DigestAlgorithm, type PublicKey } from '../signatures/claim.ts';

/** The meaning of Rekor v2's `keyDetails`: the key of a signature, and what of the message is signed. */
export interface SigningAlgorithm {
  /** In the policy. It stands for the key and its size as well as for the digest. */
  readonly name: string;
  /** Undefined for pure Ed25519, which signs the message as it is. */
  readonly digest: DigestAlgorithm | undefined;
}

/**
 * Those that Rekor v2 lets an operator choose from, and pure Ed25519, which it took for envelopes as long as it took
 * envelopes. PSS, and ECDSA on a curve longer than its digest, are not among them.
 */
const ALGORITHMS: ReadonlyMap<string, SigningAlgorithm> = new Map<string, SigningAlgorithm>([
  ['PKIX_RSA_PKCS1V15_2048_SHA256', { name: 'rsa-sign-pkcs1-2048-sha256', digest: 'sha256' }],
  ['PKIX_RSA_PKCS1V15_3072_SHA256', { name: 'rsa-sign-pkcs1-3072-sha256', digest: 'sha256' }],
  ['PKIX_RSA_PKCS1V15_4096_SHA256', { name: 'rsa-sign-pkcs1-4096-sha256', digest: 'sha256' }],
  ['PKIX_ECDSA_P256_SHA_256', { name: 'ecdsa-sha2-256-nistp256', digest: 'sha256' }],
  ['PKIX_ECDSA_P384_SHA_384', { name: 'ecdsa-sha2-384-nistp384', digest: 'sha384' }],
  ['PKIX_ECDSA_P521_SHA_512', { name: 'ecdsa-sha2-512-nistp521', digest: 'sha512' }],
  ['PKIX_ED25519', { name: 'ed25519', digest: undefined }],
  ['PKIX_ED25519_PH', { name: 'ed25519-ph', digest: 'sha512' }],
]);

/**
 * The algorithm that `keyDetails` names, if `key` is a key for it.
 *
 * @param path - of the member
 * @throws InvalidEntry
 */
export function signingAlgorithm(keyDetails: string, key: PublicKey, path: string): SigningAlgorithm {
  const named = ALGORITHMS.get(keyDetails);
  if (named === undefined) throw new InvalidEntry(`${path} is ${keyDetails}, with which no entry can be signed`);
  if (!isFor(key, named)) throw new InvalidEntry(`${path} is ${keyDetails}, and the key is ${describe(key)}`);
  return named;
}

function isFor(key: PublicKey, { name, digest }: SigningAlgorithm): boolean {
  if (digest === undefined) return key.type === 'ed25519';
  return algorithmUse(key, digest).algorithm === name;
}

function describe(key: PublicKey): string {
  switch (key.type) {
    case 'ecdsa':
      return `an ECDSA key on ${key.curve}`;
    case 'rsa':
      return `an RSA key of ${8 * key.modulus.length} bits`;
    case 'ed25519':
      return 'an Ed25519 key';
  }
}

/** As `sigstore.common.v1.HashAlgorithm` names them. */
export const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  sha256: 'SHA2_256',
  sha384: 'SHA2_384',
  sha512: 'SHA2_512',
};
