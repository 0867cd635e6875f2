import { isBuiltin } from 'node:module';
import { expect } from 'vitest';
import { checkClaims as checkWith } from '../../../entries/signatures/check.ts';
import { type ClaimVerdict, type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { type DigestVerifier } from '../../../entries/signatures/verifier.ts';
import { chooseVerifier } from '../../../entries/signatures/verifiers/choose.ts';
import { nodeVerifier } from '../../../entries/signatures/verifiers/node.ts';
import { reasonOf } from '../../support/verdicts.ts';

/** Whether this Node can call OpenSSL's functions: from 26.1 on, unless it was told not to. */
export const hasFfi = isBuiltin('node:ffi');

/** Each implementation that works here. */
export const verifiers: readonly DigestVerifier[] = hasFfi ? [nodeVerifier, chooseVerifier('openssl')] : [nodeVerifier];

/** Judges the claims by all of them. They have to say the same. */
export function judgeClaims(claims: readonly SignatureClaim[]): readonly ClaimVerdict[] {
  const [answer = [], ...others] = verifiers.map((verifier) => checkWith(claims, verifier));
  const verdicts = answer.map(({ verdict }) => verdict);
  for (const other of others) expect(other.map(({ verdict }) => verdict)).toStrictEqual(verdicts);
  return answer;
}

/** For each claim, why it does not hold; undefined where it does. */
export function checkClaims(claims: readonly SignatureClaim[]): readonly (string | undefined)[] {
  return judgeClaims(claims).map(({ verdict }) => reasonOf(verdict));
}
