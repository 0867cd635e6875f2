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
  const together: EcdsaClaim[] = [];
  const places: number[] = [];
  for (const [at, { key, signature, signed }] of claims.entries()) {
    refusals[at] = digestFault(signed);
    if (refusals[at] !== undefined) continue;
    if (key.type === 'rsa') refusals[at] = refuseRsa(key, signature, signed, verifier);
    else if (key.type === 'ed25519') refusals[at] = refuseEd25519(key, signature, signed, verifier);
    else places[together.push({ key, signature, signed }) - 1] = at;
  }
  for (const [i, refusal] of ecdsaRefusals(together, verifier).entries()) refusals[places[i] as number] = refusal;
  return refusals;
}

function digestFault(signed: Signed): Refusal {
  if (signed.over === 'message' || signed.digest.length === DIGEST_LENGTH[signed.algorithm]) return undefined;
  return 'unexpected length of digest for hash function specified';
}

function refuseRsa(
  key: KeyOf<'rsa'>,
  signature: Uint8Array,
  signed: Signed,
  { rsaEncodedMessage }: DigestVerifier,
): Refusal {
  const { algorithm, digest } =
    signed.over === 'digest' ? signed : { algorithm: 'sha256' as const, digest: digestOf('sha256', signed.message) };
  return rsaRefusal(key, algorithm, digest, signature, rsaEncodedMessage);
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
