import { type AlgorithmUse } from './kind.ts';
import { type Curve, type DigestAlgorithm, type PublicKey } from './signatures/claim.ts';

/** Default of Rekor's flag `client-signing-algorithms`. */
export const DEFAULT_ALGORITHMS: readonly string[] = [
  'ecdsa-sha2-256-nistp256',
  'ecdsa-sha2-384-nistp384',
  'ecdsa-sha2-512-nistp521',
  'ed25519',
  'ed25519-ph',
  'rsa-sign-pkcs1-2048-sha256',
  'rsa-sign-pkcs1-3072-sha256',
  'rsa-sign-pkcs1-4096-sha256',
];

/** Every name that the flag takes. `ed25519` is pure Ed25519: of the entries under the policy only dsse 0.0.2 can use it. */
export const KNOWN_ALGORITHMS: readonly string[] = [
  ...DEFAULT_ALGORITHMS,
  'ecdsa-sha2-256-nistp384',
  'ecdsa-sha2-256-nistp521',
  'rsa-sign-pss-2048-sha256',
  'rsa-sign-pss-3072-sha256',
  'rsa-sign-pss-4096-sha256',
];

const CURVE_NAMES: Readonly<Record<Curve, string>> = {
  'P-224': 'nistp224',
  'P-256': 'nistp256',
  'P-384': 'nistp384',
  'P-521': 'nistp521',
};

const DIGEST_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  sha256: 'sha2-256',
  sha384: 'sha2-384',
  sha512: 'sha2-512',
};

/** Rekor's name for a signature by `key` over a digest that is given; undefined when it has none. */
export function algorithmUse(key: PublicKey, digest: DigestAlgorithm): AlgorithmUse {
  const name = nameOf(key, digest);
  return { algorithm: KNOWN_ALGORITHMS.includes(name) ? name : undefined };
}

function nameOf(key: PublicKey, digest: DigestAlgorithm): string {
  switch (key.type) {
    case 'ecdsa':
      return `ecdsa-${DIGEST_NAMES[digest]}-${CURVE_NAMES[key.curve]}`;
    case 'rsa':
      return `rsa-sign-pkcs1-${8 * significantBytes(key.modulus)}-${digest}`;
    case 'ed25519':
      return digest === 'sha512' ? 'ed25519-ph' : `ed25519-${digest}`;
  }
}

/** Rekor counts a modulus in whole bytes: 2041 bits are 2048. */
function significantBytes(modulus: Uint8Array): number {
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : modulus.length - first;
}

/** Rekor compares key and digest only, so a name with PSS allows PKCS #1 v1.5 of the same size too. */
export function allows(policy: ReadonlySet<string>, use: AlgorithmUse): boolean {
  if (use.algorithm === undefined) return false;
  return policy.has(use.algorithm) || policy.has(use.algorithm.replace('-pkcs1-', '-pss-'));
}
