import { fails, HOLDS, UNJUDGED_VERDICT, type Verdict } from '../../base/verdict.ts';
import {
  DIGEST_LENGTH,
  type DigestAlgorithm,
  type ClaimVerdict,
  type PublicKey,
  type SignatureClaim,
  type Signed,
} from './claim.ts';
import { type EcdsaClaim, judgeEcdsa } from './ecdsa.ts';
import { ed25519MessageHolds, judgeEd25519ph } from './ed25519.ts';
import { digestOf } from './node-crypto.ts';
import { judgeRsa } from './rsa.ts';
import { type DigestVerifier } from './verifier.ts';

type KeyOf<Type extends PublicKey['type']> = Extract<PublicKey, { type: Type }>;

/**
 * Judges each claim, with reasons in the words of Rekor's signature library. Order kept. Throws for nothing that a stranger
 * sent. A P-256 claim costs some 100 us with `openssl`; the costliest, an RSA key of 16,384 bits, 5 ms.
 */
export function checkClaims(claims: readonly SignatureClaim[], verifier: DigestVerifier): readonly ClaimVerdict[] {
  const verdicts = claims.map((): Verdict => UNJUDGED_VERDICT);
  const hashes = new Map<Uint8Array, Uint8Array>();
  const together: EcdsaClaim[] = [];
  const places: number[] = [];
  for (const [at, { key, signature, signed }] of claims.entries()) {
    verdicts[at] = judgeDigest(signed);
    if (!verdicts[at].holds) continue;
    verdicts[at] = UNJUDGED_VERDICT;
    if (key.type === 'ed25519') {
      verdicts[at] = judgeEd25519(key, signature, signed, verifier);
      continue;
    }
    const { algorithm, digest } = hashed(signed, hashes);
    if (key.type === 'rsa') verdicts[at] = judgeRsa(key, algorithm, digest, signature, verifier.rsaEncodedMessage);
    else places[together.push({ key, signature, digest }) - 1] = at;
  }
  for (const [i, verdict] of judgeEcdsa(together, verifier).entries()) verdicts[places[i] as number] = verdict;
  return claims.map((claim, at) => ({ claim, verdict: verdicts[at] ?? UNJUDGED_VERDICT }));
}

function judgeDigest(signed: Signed): Verdict {
  if (signed.over === 'message' || signed.digest.length === DIGEST_LENGTH[signed.algorithm]) return HOLDS;
  return fails('unexpected length of digest for hash function specified');
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

/** Names of the digests in Go. */
const GO_NAME: Readonly<Record<DigestAlgorithm, string>> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

function judgeEd25519(key: KeyOf<'ed25519'>, signature: Uint8Array, signed: Signed, verifier: DigestVerifier): Verdict {
  if (signed.over === 'message')
    return ed25519MessageHolds(key, signed.message, signature) ? HOLDS : fails('failed to verify signature');
  if (signed.algorithm !== 'sha512')
    return fails(`unsupported hash algorithm: "${GO_NAME[signed.algorithm]}" not in [SHA-512]`);
  const verdict = judgeEd25519ph(key.raw, signed.digest, signature, verifier);
  return verdict.holds ? HOLDS : fails(`failed to verify signature: ${verdict.reason}`);
}
