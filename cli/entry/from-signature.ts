import { toBase64, toHex } from '../../base/bytes.ts';
import { DIGEST_LENGTH, type DigestAlgorithm } from '../../entries/signatures/claim.ts';
import type { Digests } from './digest-file.ts';
import type { Attempts } from './prepared.ts';
import { keyDetailsOf, pemBase64, type SignerKey, verifierOf } from './signer.ts';

/** Digests that a signature may be over. */
export const DIGEST_ALGORITHMS = Object.keys(DIGEST_LENGTH) as readonly DigestAlgorithm[];

/**
 * Returns the ways to log a signature over an artifact: hashedrekord, over each digest that it may have been made over. Only
 * one of them can hold.
 */
export function signatureAttempts(digests: Digests, signature: Uint8Array, signer: SignerKey): Attempts {
  const known = DIGEST_ALGORITHMS.flatMap((algorithm) => {
    const digest = digests[algorithm];
    return digest === undefined ? [] : [{ algorithm, digest }];
  });
  const content = toBase64(signature);
  return {
    rekorV1: known.map(({ algorithm, digest }) => ({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm, value: toHex(digest) } },
        signature: { content, publicKey: { content: pemBase64(signer) } },
      },
    })),
    rekorV2: known.flatMap(({ algorithm, digest }) => {
      const keyDetails = keyDetailsOf(signer.material.key, algorithm);
      if (keyDetails === undefined) return [];
      const verifier = verifierOf(signer, keyDetails);
      return [{ hashedRekordRequestV002: { digest: toBase64(digest), signature: { content, verifier } } }];
    }),
  };
}
