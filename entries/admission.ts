import { Failure } from '../base/failure.ts';
import type { Verdict } from '../base/verdict.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { allows } from './algorithm-policy.ts';
import { BodyTooLarge, InvalidEntry } from './failures.ts';
import { packSearchKeys } from './search-key-list.ts';
import { type AdmittedEntry, type AlgorithmUse, type CanonicalEntry } from './kind.ts';
import { type KindRegistry, type ParsedEntry, notEnabled } from './registry.ts';
import { type ClaimVerdict, type SignatureClaim } from './signatures/claim.ts';
import { CheckBudget, claimsCost } from './signatures/cost.ts';

/** Rules by which a log takes or refuses entries that it can read. */
export interface AdmissionRules {
  /** Names of `algorithm-policy.ts`. */
  readonly algorithms: ReadonlySet<string>;
  /** `hashedrekord` for all versions of a kind, `hashedrekord:0.0.1` for one. */
  readonly kinds: ReadonlySet<string>;
  /** Bytes in a canonical body: 65,535 where entry bundles are served. */
  readonly maxBody: number;
  /** Bytes in an attestation, counted as `attestationSize` does; larger ones are not kept. 0 keeps none. */
  readonly maxAttestation: number;
  /** Whether a bare public key may stand where a certificate belongs, as sigstore-js sends them to Rekor v2; if absent, not. */
  readonly keysForCertificates?: boolean;
  /** Returns the facts of an entry for an admission policy; absent where there is none. @throws InvalidEntry */
  readonly factsOf?: (entry: CanonicalEntry) => string;
}

/**
 * Limit of what the signature checks of one request cost, in ECDSA checks on P-256: 0.3 s where one takes 100 us. The costliest
 * request of Rekor v2, ten signatures by ten keys on P-521, costs 2,500.
 */
export const MAX_CHECK_COST = 3000;

/** A budget for the signature checks of one request, with Rekor's refusals. */
export function checkBudget(limit: number = MAX_CHECK_COST): CheckBudget {
  return new CheckBudget(
    limit,
    (member, cost) =>
      new InvalidEntry(
        `${member}: the signature checks of this request cost as much as ${cost} of ECDSA P-256, and the limit is ${limit}`,
      ),
  );
}

/** An admitted entry, or why there is none: a `Failure`, or any other error for a bug of this program. */
export type AdmissionResult = AdmittedEntry | Error;

/** Judges each claim, in the order of the claims. */
export type ClaimCheck = (claims: readonly SignatureClaim[]) => readonly ClaimVerdict[];

/**
 * Admits many proposals at once, so that all their signatures are checked in one call. A malformed proposal does not
 * affect the others. The order of checks is Rekor's.
 *
 * @param purpose - `create`: each proposal is a request of its own; `lookup` asks only for the leaf that a proposal would
 * have, stored forms have one too, and all proposals are one request
 * @param budget - makes what limits the cost of one request's signature checks
 */
export function admitAll(
  proposals: readonly unknown[],
  purpose: 'create' | 'lookup',
  rules: AdmissionRules,
  registry: KindRegistry,
  check: ClaimCheck,
  budget: () => CheckBudget = checkBudget,
): readonly AdmissionResult[] {
  const shared = purpose === 'lookup' ? budget() : undefined;
  const parsed = proposals.map((proposal) => attempt(() => budgeted(registry.parse(proposal), shared ?? budget())));
  const claims = parsed.flatMap((item) => (item instanceof Error ? [] : item.entry.claims));
  const verdicts = attempt(() => judged(claims, check));
  let next = 0;
  return parsed.map((item) => {
    if (item instanceof Error) return item;
    if (verdicts instanceof Error) return verdicts;
    const from = next;
    next += item.entry.claims.length;
    return attempt(() => admit(item, verdicts.slice(from, next), purpose, rules));
  });
}

/** @throws Error unless each claim has its own verdict: a checker that answers otherwise has judged nothing */
function judged(claims: readonly SignatureClaim[], check: ClaimCheck): readonly Verdict[] {
  const answers = check(claims);
  if (answers.length !== claims.length)
    throw new Error(`${claims.length} signatures were to be checked, and ${answers.length} verdicts came`);
  return answers.map(({ claim, verdict }, i) => {
    if (claim !== claims[i]) throw new Error(`verdict ${i} is on another signature than was asked`);
    return verdict;
  });
}

interface Budgeted {
  readonly entry: ParsedEntry;
  readonly budget: CheckBudget;
}

/** @throws what `budget` throws */
function budgeted(entry: ParsedEntry, budget: CheckBudget): Budgeted {
  budget.spend(entry.keysIn, claimsCost(entry.claims));
  return { entry, budget };
}

function attempt<T>(step: () => T): T | Error {
  try {
    return step();
  } catch (error) {
    return error instanceof Failure ? error : new Error('an entry could not be parsed or checked', { cause: error });
  }
}

function admit(
  { entry: parsed, budget }: Budgeted,
  verdicts: readonly Verdict[],
  purpose: 'create' | 'lookup',
  rules: AdmissionRules,
): AdmittedEntry {
  const isCreated = purpose === 'create';
  if (isCreated && parsed.claims.length === 0) refuseStored(parsed, rules);
  const entry = parsed.finish(verdicts, budget);
  if (isCreated) {
    refuseStored(parsed, rules);
    refuseUnwanted(entry, rules);
  }
  const { kind, version, body, attestation } = entry;
  const admitted = {
    kind,
    version,
    body,
    leafHash: hashLeaf(body),
    searchKeys: packSearchKeys(entry.searchKeys),
    ...(isCreated && rules.factsOf !== undefined && { facts: rules.factsOf(entry) }),
  };
  const isKept = parsed.notInsertable === undefined && keeps(attestation, rules.maxAttestation);
  return isKept ? { ...admitted, attestation } : admitted;
}

/** @throws InvalidEntry */
function refuseStored({ notInsertable, ...named }: ParsedEntry, rules: AdmissionRules): void {
  if (notInsertable === undefined) return;
  refuseKind(named, rules.kinds);
  throw new InvalidEntry(`entry not insertable into log: ${notInsertable}`);
}

/** @throws InvalidEntry, BodyTooLarge */
function refuseUnwanted(entry: CanonicalEntry, rules: AdmissionRules): void {
  refuseKind(entry, rules.kinds);
  refuseAlgorithms(entry.algorithmUses ?? [], rules.algorithms);
  if (entry.keyForCertificate !== undefined && rules.keysForCertificates !== true)
    throw new InvalidEntry(`${entry.keyForCertificate} is a bare public key, and not a certificate`);
  if (entry.body.length > rules.maxBody)
    throw new BodyTooLarge(`the canonical body is ${entry.body.length} bytes, and the limit is ${rules.maxBody}`);
}

/** Whether the kinds that are switched on are or include this one. */
export function isEnabled(enabled: AdmissionRules['kinds'], kind: string, version: string): boolean {
  return enabled.has(kind) || enabled.has(`${kind}:${version}`);
}

function refuseKind(
  { kind, version }: Pick<CanonicalEntry, 'kind' | 'version'>,
  enabled: AdmissionRules['kinds'],
): void {
  if (isEnabled(enabled, kind, version)) return;
  const otherVersion = enabled.values().some((name) => name.startsWith(`${kind}:`));
  if (otherVersion)
    throw new InvalidEntry(`entry kind '${kind}' does not support inserting entries of version '${version}'`);
  throw new InvalidEntry(notEnabled(kind));
}

function refuseAlgorithms(uses: readonly AlgorithmUse[], policy: AdmissionRules['algorithms']): void {
  const refused = uses.find((use) => !allows(policy, use));
  if (refused === undefined) return;
  const where = refused.member === undefined ? '' : `${refused.member}: `;
  throw new InvalidEntry(`${where}entry algorithms are not allowed`);
}

function keeps(attestation: Uint8Array | undefined, limit: number): attestation is Uint8Array {
  return attestation !== undefined && limit !== 0 && attestationSize(attestation.length) <= limit;
}

/** Bytes that Rekor compares with its limit: the most that base64 as long as the payload's can decode to. */
export function attestationSize(payloadLength: number): number {
  return Math.ceil(payloadLength / 3) * 3;
}
