import { equalBytes } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { messageCheckCost } from '../signatures/cost.ts';
import { toInteger } from '../signatures/integers.ts';
import type { SignatureCrypto } from '../signatures/signature-crypto.ts';
import { type Certificate } from './certificate.ts';
import { judgeCertificateSignature, UNIMPLEMENTED_VERDICT } from './certificate-signature.ts';
import { arePoliciesValid, policyWork } from './policies.ts';

/*
 * Path building as Go's crypto/x509 does it for Rekor: the last certificate is the root, those between are
 * intermediates in any order, any key usage and any policy will do, and the time is the leaf's NotBefore unless another
 * is given. Name constraints are not enforced: whoever made the chain made its root.
 */

/** How a chain is judged. */
export interface ChainOptions {
  /** Told what each signature check costs before it is made; may throw. */
  readonly spend: (cost: number) => void;
  readonly crypto: SignatureCrypto;
  /** Milliseconds since 1970; the leaf's NotBefore if it is left out. */
  readonly time?: number;
}

/** Signature checks that one chain may cost, as in Go. */
const MAX_SIGNATURE_CHECKS = 100;

/** As many policies count as one ECDSA check on P-256: a path with thousands of them is not free. */
const POLICIES_PER_CHECK = 100;

const EMPTY_CHAIN_VERDICT = fails('x509: a chain of no certificates');
const INVALID_POLICIES = fails('x509: no valid chains built: all candidate chains have invalid policies');
const UNHANDLED_CRITICAL = fails('x509: unhandled critical extension');

/** Judges whether a path leads from the first certificate to the last, in Go's words. A single certificate holds. */
export function judgeChain(chain: readonly Certificate[], { spend, crypto, time: at }: ChainOptions): Verdict {
  const leaf = chain[0];
  const root = chain.at(-1);
  if (leaf === undefined || root === undefined) return EMPTY_CHAIN_VERDICT;
  if (chain.length === 1) return HOLDS;
  const time = at ?? leaf.notBefore;
  const timely = leaf.hasUnhandledCritical === true ? UNHANDLED_CRITICAL : judgeTime(leaf, time);
  if (!timely.holds || equalBytes(leaf.der, root.der)) return timely;
  const search: Search = {
    root,
    intermediates: withoutRepeats(chain.slice(1, -1)),
    time,
    spend,
    crypto,
    checksLeft: MAX_SIGNATURE_CHECKS,
    hasInvalidPolicies: false,
  };
  const verdict = extendPath([leaf], search);
  return !verdict.holds && search.hasInvalidPolicies ? INVALID_POLICIES : verdict;
}

function withoutRepeats(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((each, i) => certificates.findIndex(({ der }) => equalBytes(der, each.der)) === i);
}

interface Search {
  readonly root: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly time: number;
  readonly spend: (cost: number) => void;
  readonly crypto: SignatureCrypto;
  checksLeft: number;
  /** A path was found, and left because of its policies. */
  hasInvalidPolicies: boolean;
}

/** The first candidate that was turned down, for the message. */
interface Hint {
  readonly reason: string;
  readonly candidate: Certificate;
}

const LIMIT_REACHED = fails('x509: signature check attempts limit reached while verifying certificate chain');

/**
 * Judges whether `path`, which ends below the root, can be led on to it. What Go says of several candidates: why the last
 * issuer found is not valid; if none was, why the first was no issuer.
 */
function extendPath(path: readonly Certificate[], search: Search): Verdict {
  const trial: Trial = { hint: undefined, last: undefined };
  for (const candidate of [search.root, ...search.intermediates]) {
    if (!equalBytes(candidate.subject, (path.at(-1) as Certificate).issuer)) continue;
    search.checksLeft -= 1;
    if (search.checksLeft < 0) return LIMIT_REACHED;
    const isFurther = !isInPath(candidate, path) && mayFollow(candidate, path, search, trial);
    if (!isFurther) continue;
    const longer = [...path, candidate];
    const verdict = candidate === search.root ? judgePolicies(longer, search) : extendPath(longer, search);
    if (verdict.holds || verdict === LIMIT_REACHED) return verdict;
    trial.last = verdict;
  }
  return trial.last ?? unknownAuthority(trial.hint);
}

/** Judges a path that has reached the root. */
function judgePolicies(path: readonly Certificate[], search: Search): Verdict {
  search.spend(policyWork(path) / POLICIES_PER_CHECK);
  if (arePoliciesValid(path)) return HOLDS;
  search.hasInvalidPolicies = true;
  return INVALID_POLICIES;
}

/** State of the search for one issuer. */
interface Trial {
  hint: Hint | undefined;
  /** Verdict on the last that did issue and is not valid, or does not lead on. */
  last: Verdict | undefined;
}

function mayFollow(candidate: Certificate, path: readonly Certificate[], search: Search, trial: Trial): boolean {
  const issued = judgeIssuer(candidate, path.at(-1) as Certificate, search);
  const verdict = issued.holds ? judgeValidity(candidate, path, search) : issued;
  if (verdict.holds) return true;
  if (issued.holds) trial.last = verdict;
  trial.hint ??= { reason: verdict.reason, candidate };
  return false;
}

/** Judges whether `issuer` could, and did, sign `certificate`. */
function judgeIssuer(
  { basicConstraints, version, mustNotSign, key }: Certificate,
  certificate: Certificate,
  { spend, crypto }: Search,
): Verdict {
  const isNoCa = basicConstraints === undefined ? version === 3 : !basicConstraints.isCa;
  if (isNoCa || mustNotSign === true)
    return fails('x509: invalid signature: parent certificate cannot sign this kind of certificate');
  if (key === 'unknown') return UNIMPLEMENTED_VERDICT;
  if (key !== 'unused') spend(messageCheckCost(key, certificate.toBeSigned.length));
  return judgeCertificateSignature(certificate, key, crypto);
}

/** Judges whether an issuer may stand behind `path`. */
function judgeValidity(issuer: Certificate, path: readonly Certificate[], { root, time }: Search): Verdict {
  if (issuer.hasUnhandledCritical === true) return UNHANDLED_CRITICAL;
  const timely = judgeTime(issuer, time);
  if (!timely.holds) return timely;
  if (issuer !== root && issuer.basicConstraints === undefined)
    return fails('x509: certificate is not authorized to sign other certificates');
  const isTooLong = path.length - 1 > (issuer.basicConstraints?.pathLength ?? Infinity);
  return isTooLong ? fails('x509: too many intermediates for path length constraint') : HOLDS;
}

function judgeTime({ notBefore, notAfter }: Certificate, time: number): Verdict {
  if (time >= notBefore && time <= notAfter) return HOLDS;
  const limit = time < notBefore ? `before ${timeText(notBefore)}` : `after ${timeText(notAfter)}`;
  return fails(`x509: certificate has expired or is not yet valid: current time ${timeText(time)} is ${limit}`);
}

/** RFC 3339 in whole seconds. */
function timeText(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** The same holder with the same key: cross-signed authorities must not lead round and round. */
function isInPath(candidate: Certificate, path: readonly Certificate[]): boolean {
  return path.some(
    (each) =>
      equalBytes(each.subject, candidate.subject) &&
      equalBytes(each.subjectPublicKeyInfo, candidate.subjectPublicKeyInfo) &&
      equalBytes(each.subjectAltName ?? new Uint8Array(), candidate.subjectAltName ?? new Uint8Array()),
  );
}

function unknownAuthority(hint: Hint | undefined): Verdict {
  const words = 'x509: certificate signed by unknown authority';
  if (hint === undefined) return fails(words);
  const { subjectName, serial } = hint.candidate;
  const names = [subjectName.commonName, subjectName.organization, `serial:${toInteger(serial)}`];
  const name = names.find((each) => each !== undefined && each !== '');
  const reason = `${JSON.stringify(hint.reason)} while trying to verify candidate authority certificate ${JSON.stringify(name)}`;
  return fails(`${words} (possibly because of ${reason})`);
}
