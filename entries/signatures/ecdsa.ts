import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { type Curve, type PublicKey } from './claim.ts';
import { type EcdsaSignature, readEcdsaSignature } from './der-signature.ts';
import { type DigestCheck, type DigestVerifier } from './verifier.ts';

type EcdsaKey = Extract<PublicKey, { type: 'ecdsa' }>;

/** Whether `key` made `signature` over a message with this digest. */
export interface EcdsaClaim {
  readonly key: EcdsaKey;
  readonly signature: Uint8Array;
  readonly digest: Uint8Array;
}

const INVALID_VERDICTS: Readonly<Record<EcdsaSignature['encoding'], Verdict>> = {
  asn1: fails('invalid signature when validating ASN.1 encoded signature'),
  p1363: fails('invalid signature when validating IEEE_P1363 encoded signature'),
};

const UNREADABLE_VERDICT = fails('ecdsa: Invalid IEEE_P1363 encoded bytes');

/**
 * Judges each claim, in the words of sigstore's signature library. Low and high `s` are both good.
 *
 * @throws Error if the verifier answers less or more than it was asked
 */
export function judgeEcdsa(claims: readonly EcdsaClaim[], verifier: DigestVerifier): readonly Verdict[] {
  const signatures = claims.map(({ signature }) => readEcdsaSignature(signature));
  const held = claimsHold(claims, signatures, verifier);
  return signatures.map((signature, i) => {
    if (signature === undefined) return UNREADABLE_VERDICT;
    return held[i] === true ? HOLDS : INVALID_VERDICTS[signature.encoding];
  });
}

interface PlacedCheck extends DigestCheck {
  readonly at: number;
  readonly curve: Curve;
}

function claimsHold(
  claims: readonly EcdsaClaim[],
  signatures: readonly (EcdsaSignature | undefined)[],
  verifier: DigestVerifier,
): boolean[] {
  const held = claims.map(() => false);
  const checks = claims.flatMap(({ key: { curve, point }, digest }, at): readonly PlacedCheck[] => {
    const scalars = signatures[at]?.scalars;
    return scalars === undefined ? [] : [{ at, curve, point, ...scalars, digest }];
  });
  for (const [curve, together] of Map.groupBy(checks, (check) => check.curve)) {
    const answers = verifier.verifyDigests(curve, together);
    if (answers.length !== together.length)
      throw new Error(`a verifier judged ${answers.length} signatures of ${together.length}`);
    for (const [i, { at }] of together.entries()) held[at] = answers[i] === true;
  }
  return held;
}
