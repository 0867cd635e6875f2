import { DIGEST_LENGTH, type DigestAlgorithm, type PublicKey, type SignatureClaim, type Signed } from './claim.ts';
import { type EcdsaClaim, ecdsaRefusals } from './ecdsa.ts';
import { ed25519MessageHolds, ed25519phRefusal } from './ed25519.ts';
import { digestOf } from './node-crypto.ts';
import { rsaRefusal } from './rsa.ts';
import { type DigestVerifier } from './verifier.ts';

type Refusal = string | undefined;
type KeyOf<Type extends PublicKey['type']> = Extract<PublicKey, { type: Type }>;

/**
 * For each claim, why it does not hold, in the words of Rekor's signature library; undefined where it does. Order kept.
 * Never throws. A P-256 claim costs some 100 us with `openssl`; the dearest, an RSA key of 16,384 bits, 5 ms.
 */
export function checkClaims(claims: readonly SignatureClaim[], verifier: DigestVerifier): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const hashes = new Map<Uint8Array, Uint8Array>();
  const together: EcdsaClaim[] = [];
  const places: number[] = [];
  for (const [at, { key, signature, signed }] of claims.entries()) {
    refusals[at] = digestFault(signed);
    if (refusals[at] !== undefined) continue;
    if (key.type === 'ed25519') {
      refusals[at] = refuseEd25519(key, signature, signed, verifier);
      continue;
    }
    const { algorithm, digest } = hashed(signed, hashes);
    if (key.type === 'rsa') refusals[at] = rsaRefusal(key, algorithm, digest, signature, verifier.rsaEncodedMessage);
    else places[together.push({ key, signature, digest }) - 1] = at;
  }
  for (const [i, refusal] of ecdsaRefusals(together, verifier).entries()) refusals[places[i] as number] = refusal;
  return refusals;
}

function digestFault(signed: Signed): Refusal {
  if (signed.over === 'message' || signed.digest.length === DIGEST_LENGTH[signed.algorithm]) return undefined;
  return 'unexpected length of digest for hash function specified';
}

interface Digest {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
}

/** A digest as it is; a message hashed with SHA-256, once for all claims over it, which share its bytes. */
function hashed(signed: Signed, hashes: Map<Uint8Array, Uint8Array>): Digest {
  if (signed.over === 'digest') return signed;
  const digest = hashes.get(signed.message) ?? digestOf('sha256', signed.message);
  hashes.set(signed.message, digest);
  return { algorithm: 'sha256', digest };
}

/** What Go calls them. */
const GO_NAME: Readonly<Record<DigestAlgorithm, string>> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

function refuseEd25519(
  key: KeyOf<'ed25519'>,
  signature: Uint8Array,
  signed: Signed,
  verifier: DigestVerifier,
): Refusal {
  if (signed.over === 'message')
    return ed25519MessageHolds(key, signed.message, signature) ? undefined : 'failed to verify signature';
  if (signed.algorithm !== 'sha512')
    return `unsupported hash algorithm: "${GO_NAME[signed.algorithm]}" not in [SHA-512]`;
  const refusal = ed25519phRefusal(key.raw, signed.digest, signature, verifier);
  return refusal === undefined ? undefined : `failed to verify signature: ${refusal}`;
}
