import { concatBytes } from '@noble/hashes/utils.js';
import { type PublicKey, type SignatureClaim } from './claim.ts';
import { CURVES } from './curves.ts';
import { type EcdsaScalars, type EcdsaSignature, readEcdsaSignature } from './der-signature.ts';
import { digestChecksHold, type EcdsaDigestCheck } from './ecdsa-digest.ts';
import { toFixedBytes } from './integers.ts';
import { ecdsaHolds } from './node-crypto.ts';

type EcdsaKey = Extract<PublicKey, { type: 'ecdsa' }>;

export interface EcdsaClaim extends SignatureClaim {
  readonly key: EcdsaKey;
}

const NOT_HELD: Readonly<Record<EcdsaSignature['encoding'], string>> = {
  asn1: 'invalid signature when validating ASN.1 encoded signature',
  p1363: 'invalid signature when validating IEEE_P1363 encoded signature',
};

/** For each claim, why it does not hold, in the words of sigstore's signature library. Low and high `s` are both good. */
export function ecdsaRefusals(claims: readonly EcdsaClaim[]): (string | undefined)[] {
  const signatures = claims.map(({ signature }) => readEcdsaSignature(signature));
  const held = claimsHold(claims, signatures);
  return signatures.map((signature, i) => {
    if (signature === undefined) return 'ecdsa: Invalid IEEE_P1363 encoded bytes';
    return held[i] === true ? undefined : NOT_HELD[signature.encoding];
  });
}

interface PlacedCheck extends EcdsaDigestCheck {
  readonly at: number;
  readonly key: EcdsaKey;
}

function claimsHold(claims: readonly EcdsaClaim[], signatures: readonly (EcdsaSignature | undefined)[]): boolean[] {
  const held = claims.map(() => false);
  const overDigests: PlacedCheck[] = [];
  for (const [at, { key, signed }] of claims.entries()) {
    const scalars = signatures[at]?.scalars;
    if (scalars === undefined) continue;
    if (signed.over === 'message') held[at] = holdsOverMessage(key, signed.message, scalars);
    else overDigests.push({ at, key, ...scalars, point: key.point, digest: signed.digest });
  }
  for (const [curve, checks] of Map.groupBy(overDigests, ({ key }) => key.curve)) {
    const answers = digestChecksHold(curve, checks);
    for (const [i, { at }] of checks.entries()) held[at] = answers[i] as boolean;
  }
  return held;
}

/** Messages are hashed with SHA-256, whatever the curve. */
function holdsOverMessage({ curve, spki }: EcdsaKey, message: Uint8Array, { r, s }: EcdsaScalars): boolean {
  const { n, length } = CURVES[curve];
  if (r >= n || s >= n) return false;
  return ecdsaHolds('sha256', message, spki, concatBytes(toFixedBytes(r, length), toFixedBytes(s, length)));
}
