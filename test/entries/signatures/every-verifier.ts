import { isBuiltin } from 'node:module';
import { expect } from 'vitest';
import { checkClaims as checkWith } from '../../../entries/signatures/check.ts';
import { type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { type DigestVerifier } from '../../../entries/signatures/verifier.ts';
import { chooseVerifier } from '../../../entries/signatures/verifiers/choose.ts';
import { nodeVerifier } from '../../../entries/signatures/verifiers/node.ts';

/** Whether this Node can call OpenSSL's functions: from 26.1 on, unless it was told not to. */
export const hasFfi = isBuiltin('node:ffi');

/** Each implementation that works here. */
export const verifiers: readonly DigestVerifier[] = hasFfi ? [nodeVerifier, chooseVerifier('openssl')] : [nodeVerifier];

/** What all of them say of the claims. They have to say the same. */
export function checkClaims(claims: readonly SignatureClaim[]): readonly (string | undefined)[] {
  const [answer = [], ...others] = verifiers.map((verifier) => checkWith(claims, verifier));
  for (const other of others) expect(other).toStrictEqual(answer);
  return answer;
}
