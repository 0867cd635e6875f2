import { equalBytes } from '../../base/bytes.ts';
import { messageCheckCost } from '../signatures/cost.ts';
import { toInteger } from '../signatures/integers.ts';
import { type Certificate } from './certificate.ts';
import { certificateSignatureRefusal, UNIMPLEMENTED } from './certificate-signature.ts';
import { arePoliciesValid, policyWork } from './policies.ts';

/*
 * Path building as Go's crypto/x509 does it for Rekor: the last certificate is the root, those between are
 * intermediates in any order, any key usage and any policy will do, and the time is the leaf's NotBefore. Name
 * constraints are not enforced: whoever made the chain made its root.
 */

/** Signature checks that one chain may cost, as in Go. */
const MAX_SIGNATURE_CHECKS = 100;

/** As many policies count as one ECDSA check on P-256: a path with thousands of them is not free. */
const POLICIES_PER_CHECK = 100;

const INVALID_POLICIES = 'x509: no valid chains built: all candidate chains have invalid policies';
const UNHANDLED_CRITICAL = 'x509: unhandled critical extension';

/**
 * Why no path leads from the first certificate to the last, in Go's words. Undefined if one does, or for a single one.
 *
 * @param spend - told what each signature check costs before it is made; may throw
 */
export function chainRefusal(chain: readonly Certificate[], spend: (cost: number) => void): string | undefined {
  const leaf = chain[0];
  const root = chain.at(-1);
  if (leaf === undefined || root === undefined || chain.length === 1) return undefined;
  const time = leaf.notBefore;
  const refusal = leaf.isBeyondUs === true ? UNHANDLED_CRITICAL : timeRefusal(leaf, time);
  if (refusal !== undefined || equalBytes(leaf.der, root.der)) return refusal;
  const search: Search = {
    root,
    intermediates: withoutRepeats(chain.slice(1, -1)),
    time,
    spend,
    checksLeft: MAX_SIGNATURE_CHECKS,
    hasInvalidPolicies: false,
  };
  const dead = extendPath([leaf], search);
  return dead !== undefined && search.hasInvalidPolicies ? INVALID_POLICIES : dead;
}

function withoutRepeats(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((each, i) => certificates.findIndex(({ der }) => equalBytes(der, each.der)) === i);
}

interface Search {
  readonly root: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly time: number;
  readonly spend: (cost: number) => void;
  checksLeft: number;
  /** A path was found, and left because of its policies. */
  hasInvalidPolicies: boolean;
}

/** The first candidate that was turned down, for the message. */
interface Hint {
  readonly refusal: string;
  readonly candidate: Certificate;
}

const LIMIT_REACHED = 'x509: signature check attempts limit reached while verifying certificate chain';

/**
 * Why `path`, which ends below the root, cannot be led on to it. What Go says of several candidates: why the last issuer
 * found is not valid; if none was, why the first was no issuer.
 */
function extendPath(path: readonly Certificate[], search: Search): string | undefined {
  const trial: Trial = { hint: undefined, lapse: undefined };
  for (const candidate of [search.root, ...search.intermediates]) {
    if (!equalBytes(candidate.subject, (path.at(-1) as Certificate).issuer)) continue;
    search.checksLeft -= 1;
    if (search.checksLeft < 0) return LIMIT_REACHED;
    const isFurther = !isInPath(candidate, path) && mayFollow(candidate, path, search, trial);
    if (!isFurther) continue;
    const longer = [...path, candidate];
    trial.lapse = candidate === search.root ? policyRefusal(longer, search) : extendPath(longer, search);
    if (trial.lapse === undefined || trial.lapse === LIMIT_REACHED) return trial.lapse;
  }
  return trial.lapse ?? unknownAuthority(trial.hint);
}

/** Why a path that has reached the root does not hold all the same. */
function policyRefusal(path: readonly Certificate[], search: Search): string | undefined {
  search.spend(policyWork(path) / POLICIES_PER_CHECK);
  if (arePoliciesValid(path)) return undefined;
  search.hasInvalidPolicies = true;
  return INVALID_POLICIES;
}

/** What was found out while looking for one issuer. */
interface Trial {
  hint: Hint | undefined;
  /** Why the last that did issue is not valid. */
  lapse: string | undefined;
}

function mayFollow(candidate: Certificate, path: readonly Certificate[], search: Search, trial: Trial): boolean {
  const refusal = issuerRefusal(candidate, path.at(-1) as Certificate, search.spend);
  if (refusal === undefined) trial.lapse = validityRefusal(candidate, path, search);
  const reason = refusal ?? trial.lapse;
  if (reason !== undefined) trial.hint ??= { refusal: reason, candidate };
  return reason === undefined;
}

/** Why `issuer` did not, or could not, sign `certificate`. */
function issuerRefusal(
  { basicConstraints, version, mustNotSign, key }: Certificate,
  certificate: Certificate,
  spend: (cost: number) => void,
): string | undefined {
  const isNoCa = basicConstraints === undefined ? version === 3 : !basicConstraints.isCa;
  if (isNoCa || mustNotSign === true)
    return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  if (key === 'unknown') return UNIMPLEMENTED;
  if (key !== 'unused') spend(messageCheckCost(key, certificate.toBeSigned.length));
  return certificateSignatureRefusal(certificate, key);
}

/** Why an issuer may not stand behind `path`. */
function validityRefusal(
  issuer: Certificate,
  path: readonly Certificate[],
  { root, time }: Search,
): string | undefined {
  if (issuer.isBeyondUs === true) return UNHANDLED_CRITICAL;
  const lapse = timeRefusal(issuer, time);
  if (lapse !== undefined) return lapse;
  if (issuer !== root && issuer.basicConstraints === undefined)
    return 'x509: certificate is not authorized to sign other certificates';
  const isTooLong = path.length - 1 > (issuer.basicConstraints?.pathLength ?? Infinity);
  return isTooLong ? 'x509: too many intermediates for path length constraint' : undefined;
}

function timeRefusal({ notBefore, notAfter }: Certificate, time: number): string | undefined {
  if (time >= notBefore && time <= notAfter) return undefined;
  const limit = time < notBefore ? `before ${timeText(notBefore)}` : `after ${timeText(notAfter)}`;
  return `x509: certificate has expired or is not yet valid: current time ${timeText(time)} is ${limit}`;
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

function unknownAuthority(hint: Hint | undefined): string {
  const words = 'x509: certificate signed by unknown authority';
  if (hint === undefined) return words;
  const { subjectName, serial } = hint.candidate;
  const names = [subjectName.commonName, subjectName.organization, `serial:${toInteger(serial)}`];
  const name = names.find((each) => each !== undefined && each !== '');
  const reason = `${JSON.stringify(hint.refusal)} while trying to verify candidate authority certificate ${JSON.stringify(name)}`;
  return `${words} (possibly because of ${reason})`;
}
