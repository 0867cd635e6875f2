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

const NOT_HELD: Readonly<Record<EcdsaSignature['encoding'], string>> = {
  asn1: 'invalid signature when validating ASN.1 encoded signature',
  p1363: 'invalid signature when validating IEEE_P1363 encoded signature',
};

/** For each claim, why it does not hold, in the words of sigstore's signature library. Low and high `s` are both good. */
export function ecdsaRefusals(claims: readonly EcdsaClaim[], verifier: DigestVerifier): (string | undefined)[] {
  const signatures = claims.map(({ signature }) => readEcdsaSignature(signature));
  const held = claimsHold(claims, signatures, verifier);
  return signatures.map((signature, i) => {
    if (signature === undefined) return 'ecdsa: Invalid IEEE_P1363 encoded bytes';
    return held[i] === true ? undefined : NOT_HELD[signature.encoding];
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
    for (const [i, { at }] of together.entries()) held[at] = answers[i] as boolean;
  }
  return held;
}
