import { equalBytes } from '../../base/bytes.ts';
import type { Certificate } from './certificate.ts';
import type { Policy, PolicyMapping } from './policy-extensions.ts';

/*
 * The policy rules of RFC 5280 §6.1 with the graph of RFC 9618, for a verifier to whom any policy will do, as Go's
 * crypto/x509 applies them. Of the graph only its lowest nodes are kept: what stands above them decides nothing here,
 * because nodes are taken away from above only where nothing is left below.
 */

/** anyPolicy, 2.5.29.32.0. */
const ANY: Policy = '551d2000';

/** A policy that holds so far, and those that stand for it in the next certificate. */
type Nodes = Map<Policy, readonly Policy[]>;

interface State {
  /** Undefined once a certificate named no policy at all: RFC 5280 calls that NULL. */
  nodes: Nodes | undefined;
  /** Certificates after which each of these begins to hold. */
  explicitPolicy: number;
  policyMapping: number;
  inhibitAnyPolicy: number;
}

type Policed = Pick<
  Certificate,
  | 'issuer'
  | 'subject'
  | 'policies'
  | 'policyMappings'
  | 'requireExplicitPolicy'
  | 'inhibitPolicyMapping'
  | 'inhibitAnyPolicy'
>;

/**
 * Whether a path from the leaf to its root, the root included, has a valid policy where it requires one. Linear in the
 * policies and mappings that its certificates name, times their number (`policyWork`).
 */
export function arePoliciesValid(path: readonly Policed[]): boolean {
  if (!asksForPolicies(path)) return true;
  const count = path.length;
  const nodes: Nodes = new Map([[ANY, [ANY]]]);
  const state: State = { nodes, explicitPolicy: count, policyMapping: count, inhibitAnyPolicy: count };
  for (const certificate of path.slice(1, -1).toReversed())
    if (!applyPolicies(certificate, state, false) || !prepareNext(certificate, state)) return false;
  const leaf = path[0] as Policed;
  if (!applyPolicies(leaf, state, true)) return false;
  const isRequired = state.explicitPolicy <= 1 || leaf.requireExplicitPolicy === 0;
  return !isRequired || (state.nodes?.size ?? 0) > 0;
}

/** How many policies `arePoliciesValid` handles at most. */
export function policyWork(path: readonly Policed[]): number {
  if (!asksForPolicies(path)) return 0;
  const named = path.reduce((sum, each) => sum + (each.policies?.length ?? 0) + (each.policyMappings?.length ?? 0), 1);
  return named * path.length;
}

/** Without a requirement or a mapping below the root nothing can fail. */
function asksForPolicies(path: readonly Policed[]): boolean {
  return path
    .slice(0, -1)
    .some(({ requireExplicitPolicy, policyMappings }) => (requireExplicitPolicy ?? policyMappings) !== undefined);
}

/** RFC 5280 §6.1.3 (e) and (f), RFC 9618 §5.3 (d). Whether the path may go on. */
function applyPolicies(certificate: Policed, state: State, isLeaf: boolean): boolean {
  const policies = certificate.policies ?? [];
  if (policies.length === 0) state.nodes = undefined;
  if (state.nodes === undefined) return state.explicitPolicy > 0;
  const mayBeAny = state.inhibitAnyPolicy > 0 || (!isLeaf && isSelfIssued(certificate));
  state.nodes = nextNodes(state.nodes, policies, mayBeAny);
  return true;
}

function nextNodes(above: Nodes, policies: readonly Policy[], mayBeAny: boolean): Nodes {
  const expected = expectedOf(above);
  const below: Nodes = new Map();
  const holds = (policy: Policy) => above.has(ANY) || expected.has(policy);
  for (const policy of policies) if (policy !== ANY && holds(policy)) below.set(policy, [policy]);
  const carried = mayBeAny && policies.includes(ANY) ? expected : [];
  for (const policy of carried) if (!below.has(policy)) below.set(policy, [policy]);
  return below;
}

function expectedOf(nodes: Nodes): Set<Policy> {
  const expected = new Set<Policy>();
  for (const group of nodes.values()) for (const policy of group) expected.add(policy);
  return expected;
}

/** RFC 5280 §6.1.4 (a), (b), (h), (i), (j). Whether the path may go on. */
function prepareNext(certificate: Policed, state: State): boolean {
  const { policyMappings = [], requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = certificate;
  if (state.nodes !== undefined && !applyMappings(policyMappings, state.nodes, state.policyMapping > 0)) return false;
  const step = isSelfIssued(certificate) ? 0 : 1;
  const next = (left: number, limit = Infinity): number => Math.min(Math.max(0, left - step), limit);
  state.explicitPolicy = next(state.explicitPolicy, requireExplicitPolicy);
  state.policyMapping = next(state.policyMapping, inhibitPolicyMapping);
  state.inhibitAnyPolicy = next(state.inhibitAnyPolicy, inhibitAnyPolicy);
  return true;
}

/** Whether the mappings are in order. Where none may be made, Go does not look, and takes away what would be mapped. */
function applyMappings(mappings: readonly PolicyMapping[], nodes: Nodes, mayMap: boolean): boolean {
  if (!mayMap) {
    for (const { issuer } of mappings) nodes.delete(issuer);
    return true;
  }
  if (mappings.some(({ issuer, subject }) => issuer === ANY || subject === ANY)) return false;
  for (const [issuer, group] of Map.groupBy(mappings, (mapping) => mapping.issuer))
    if (nodes.has(issuer) || nodes.has(ANY))
      nodes.set(
        issuer,
        group.map(({ subject }) => subject),
      );
  return true;
}

function isSelfIssued({ issuer, subject }: Policed): boolean {
  return equalBytes(issuer, subject);
}
