import { Failure } from '../base/failure.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { allows } from './algorithm-policy.ts';
import { BodyTooLarge, InvalidEntry } from './failures.ts';
import { type AdmittedEntry, type CheckedEntry } from './kind.ts';
import { type KindRegistry, type NamedExamination, notEnabled } from './registry.ts';
import { type SignatureClaim } from './signatures/claim.ts';

/** What a log takes of what it can read. */
export interface AdmissionRules {
  /** Names of `algorithm-policy.ts`. */
  readonly algorithms: ReadonlySet<string>;
  /** `hashedrekord` for all versions of a kind, `hashedrekord:0.0.1` for one. */
  readonly kinds: ReadonlySet<string>;
  /** Bytes in a canonical body: 65,535 where entry bundles are served. */
  readonly maxBody: number;
  /** Bytes in an attestation, counted as `attestationSize` does; larger ones are not kept. 0 keeps none. */
  readonly maxAttestation: number;
}

/** Keys that one entry may be found by. Each costs a row, and an attestation of 32 MiB could name a million. */
export const MAX_SEARCH_KEYS = 16_384;

/** An admitted entry, or why there is none: a `Failure`, or else an error that is this house's own. */
export type Admission = AdmittedEntry | Error;

/** For each claim, why it does not hold. */
export type ClaimCheck = (claims: readonly SignatureClaim[]) => readonly (string | undefined)[];

/**
 * Admits many proposals at once, so that all their signatures are checked in one call. One poisonous proposal fails
 * alone. The order of checks is Rekor's.
 *
 * @param purpose - `lookup` asks only for the leaf that a proposal would have; stored forms have one too
 */
export function admitAll(
  proposals: readonly unknown[],
  purpose: 'create' | 'lookup',
  rules: AdmissionRules,
  registry: KindRegistry,
  check: ClaimCheck,
): readonly Admission[] {
  const examined = proposals.map((proposal) => attempt(() => registry.examine(proposal)));
  const refusals = check(examined.flatMap((item) => (item instanceof Error ? [] : item.claims)));
  let next = 0;
  return examined.map((item) => {
    if (item instanceof Error) return item;
    const from = next;
    next += item.claims.length;
    return attempt(() => admit(item, refusals.slice(from, next), purpose, rules));
  });
}

function attempt<T>(step: () => T): T | Error {
  try {
    return step();
  } catch (error) {
    return error instanceof Failure ? error : new Error('an entry could not be examined', { cause: error });
  }
}

function admit(
  examination: NamedExamination,
  refusals: readonly (string | undefined)[],
  purpose: 'create' | 'lookup',
  rules: AdmissionRules,
): AdmittedEntry {
  const entry = examination.conclude(refusals);
  if (entry.searchKeys.length > MAX_SEARCH_KEYS)
    throw new InvalidEntry(
      `the entry has ${entry.searchKeys.length} digests to be found by, and the limit is ${MAX_SEARCH_KEYS}`,
    );
  if (purpose === 'create') refuseUnwanted(entry, rules);
  return keepAttestation({ ...entry, leafHash: hashLeaf(entry.body) }, rules.maxAttestation);
}

/** @throws InvalidEntry, BodyTooLarge */
function refuseUnwanted(entry: CheckedEntry, rules: AdmissionRules): void {
  refuseKind(entry, rules.kinds);
  if (entry.notInsertable !== undefined)
    throw new InvalidEntry(`entry not insertable into log: ${entry.notInsertable}`);
  if (entry.algorithmUse !== undefined && !allows(rules.algorithms, entry.algorithmUse))
    throw new InvalidEntry('entry algorithms are not allowed');
  if (entry.body.length > rules.maxBody)
    throw new BodyTooLarge(`the canonical body is ${entry.body.length} bytes, and the limit is ${rules.maxBody}`);
}

function refuseKind({ kind, version }: CheckedEntry, enabled: ReadonlySet<string>): void {
  if (enabled.has(kind) || enabled.has(`${kind}:${version}`)) return;
  const otherVersion = enabled.values().some((name) => name.startsWith(`${kind}:`));
  if (otherVersion)
    throw new InvalidEntry(`entry kind '${kind}' does not support inserting entries of version '${version}'`);
  throw new InvalidEntry(notEnabled(kind));
}

function keepAttestation(entry: AdmittedEntry, limit: number): AdmittedEntry {
  if (entry.attestation === undefined) return entry;
  const { attestation, ...rest } = entry;
  return limit === 0 || attestationSize(attestation.length) > limit ? rest : entry;
}

/** Bytes that Rekor holds against its limit: what the base64 of the payload could decode to at most. */
export function attestationSize(payloadLength: number): number {
  return Math.ceil(payloadLength / 3) * 3;
}
