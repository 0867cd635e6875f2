import { toHex } from '../../base/bytes.ts';
import { contextTag, type DerReader, TAG } from './der.ts';
import { InvalidKey, must } from './failures.ts';

/** A policy identifier: the octets of its object identifier in hex. Arcs may be of any length, as in Go. */
export type Policy = string;

/** The policy extensions of a certificate (RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14). */
export interface PolicyValues {
  readonly policies?: readonly Policy[];
  readonly policyMappings?: readonly PolicyMapping[];
  /** Further certificates until a policy is required, the next being 0. */
  readonly requireExplicitPolicy?: number | undefined;
  readonly inhibitPolicyMapping?: number | undefined;
  readonly inhibitAnyPolicy?: number | undefined;
}

/** The subject's policy counts below as the issuer's does above. */
export interface PolicyMapping {
  readonly issuer: Policy;
  readonly subject: Policy;
}

/** @throws InvalidKey */
export function readPolicies(value: DerReader): { readonly values: PolicyValues } {
  const words = 'x509: invalid certificate policies';
  const list = must(value.enter(TAG.sequence), words);
  const policies = new Set<Policy>();
  while (!list.isEmpty) {
    const octets = must(list.enter(TAG.sequence)?.value(TAG.objectIdentifier), words);
    const policy = toHex(octets);
    if (policies.has(policy) || !isIdentifier(octets)) throw new InvalidKey(words);
    policies.add(policy);
  }
  return { values: { policies: [...policies] } };
}

/** X.690 §8.19.2: each arc in as few octets as will do, and none cut off. */
function isIdentifier(octets: Uint8Array): boolean {
  const isCut = (octets.at(-1) ?? 0x80) >= 0x80;
  return !isCut && octets.every((octet, i) => octet !== 0x80 || (i > 0 && (octets[i - 1] as number) >= 0x80));
}

/** Looks at no identifier, as Go does not. @throws InvalidKey */
export function readPolicyMappings(value: DerReader): { readonly values: PolicyValues } {
  const words = 'x509: invalid policy mappings extension';
  const list = must(value.enter(TAG.sequence), words);
  const policyMappings: PolicyMapping[] = [];
  while (!list.isEmpty) {
    const mapping = must(list.enter(TAG.sequence), words);
    const issuer = toHex(must(mapping.value(TAG.objectIdentifier), words));
    policyMappings.push({ issuer, subject: toHex(must(mapping.value(TAG.objectIdentifier), words)) });
  }
  return { values: { policyMappings } };
}

/** @throws InvalidKey */
export function readPolicyConstraints(value: DerReader): { readonly values: PolicyValues } {
  const words = 'x509: invalid policy constraints extension';
  const contents = must(value.enter(TAG.sequence), words);
  const [requireExplicitPolicy, inhibitPolicyMapping] = [0, 1].map((number) => {
    const tag = contextTag(number, 'primitive');
    return contents.startsWith(tag) ? countOf(contents.integer(tag), words) : undefined;
  });
  return { values: { requireExplicitPolicy, inhibitPolicyMapping } };
}

/** @throws InvalidKey */
export function readInhibitAnyPolicy(value: DerReader): { readonly values: PolicyValues } {
  const inhibitAnyPolicy = countOf(value.integer(), 'x509: invalid inhibit any policy extension');
  return { values: { inhibitAnyPolicy } };
}

/** A count of certificates, of 64 bits. Go reads a negative one, and minds it not at all. */
function countOf(octets: Uint8Array | undefined, words: string): number | undefined {
  if (octets === undefined || octets.length > 8) throw new InvalidKey(words);
  const isNegative = (octets[0] as number) >= 0x80;
  return isNegative ? undefined : octets.reduce((sum, octet) => 256 * sum + octet, 0);
}
