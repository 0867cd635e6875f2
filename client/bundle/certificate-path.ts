import { equalBytes } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import type { Certificate } from '../../entries/pki/certificate.ts';
import { judgeCertificateSignature } from '../../entries/pki/certificate-signature.ts';
import { judgeChain } from '../../entries/pki/chain.ts';
import { mayServe, PURPOSE, purposesOf } from '../../entries/pki/extended-key-usage.ts';
import { readExtensionValues } from '../../entries/pki/extensions.ts';
import type { SignatureCrypto } from '../../entries/signatures/signature-crypto.ts';
import { isWithin, timeText } from '../period.ts';
import type { TrustedAuthority } from './authorities.ts';

type UsedPurpose = 'codeSigning' | 'timeStamping';

/** A certificate at the end of a chain, and the moment at which it was used. */
export interface UsedCertificate {
  readonly leaf: Certificate;
  readonly purpose: UsedPurpose;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Whether a chain leads from a certificate to one of the authorities, all of it good at the time of use, and made for the purpose. As
 * sigstore-go and sigstore-js do, intermediates are taken from the trusted root alone, and never from a bundle.
 */
export function judgePath(
  used: UsedCertificate,
  authorities: readonly TrustedAuthority[],
  crypto: SignatureCrypto,
): Verdict {
  const fit = judgeLeaf(used);
  if (!fit.holds) return fit;
  const verdicts = authorities.map((authority) => judgeAuthority(used, authority, crypto));
  if (verdicts.some(({ holds }) => holds)) return HOLDS;
  const near = authorities.findIndex(({ certificates }) => certificates.some((one) => isNamedIssuer(one, used.leaf)));
  const refusal = verdicts[Math.max(near, 0)];
  return refusal ?? fails('the trusted root has no authority that issues certificates for it');
}

function judgeLeaf({ leaf, purpose }: UsedCertificate): Verdict {
  if (leaf.basicConstraints?.isCa === true)
    return fails('the certificate is that of an authority, and not of a signer');
  const purposes = purposesOf(leaf.extensions);
  if (purposes?.ids.includes(PURPOSE[purpose]) !== true)
    return fails(`the certificate is not one for ${PURPOSE_WORDS[purpose]}`);
  const isAlone = purposes.isCritical && purposes.ids.length === 1;
  return purpose === 'codeSigning' || isAlone
    ? HOLDS
    : fails('the certificate is not for timestamps alone, as RFC 3161 §2.3 wants it');
}

const PURPOSE_WORDS = { codeSigning: 'code signing', timeStamping: 'timestamps' } as const;

function judgeAuthority(
  { leaf, purpose, time }: UsedCertificate,
  { certificates, validFor, name }: TrustedAuthority,
  crypto: SignatureCrypto,
): Verdict {
  const above = certificates.filter((one) => !equalBytes(one.der, leaf.der));
  if (above.length === 0) return fails(`${name} has no certificate of an authority`);
  if (!isWithin(time, validFor)) return fails(`${name} is not trusted at ${timeText(time)}`);
  const refusal = above.map((one) => judgeConstraints(one, purpose, name)).find(({ holds }) => !holds);
  if (refusal !== undefined) return refusal;
  const verdict = judgeChain([withoutOwnNames(leaf), ...above], { spend: () => {}, crypto, time });
  return verdict.holds ? HOLDS : fails(`the certificate does not lead to ${name}: ${verdict.reason}`);
}

const NAME_CONSTRAINTS = '2.5.29.30';

/** Names that an authority is bound to are compared by nothing here: such an authority vouches for nobody. */
function judgeConstraints({ extensions }: Certificate, purpose: UsedPurpose, name: string): Verdict {
  if (extensions.some(({ id }) => id === NAME_CONSTRAINTS))
    return fails(`${name} has name constraints, which are not checked here`);
  return mayServe(extensions, PURPOSE[purpose])
    ? HOLDS
    : fails(`${name} may not issue certificates for ${PURPOSE_WORDS[purpose]}`);
}

const SUBJECT_ALT_NAME = '2.5.29.17';

/** Fulcio's critical names may be of a kind that Go does not read; whose they are is judged by the identity, and so they are known. */
function withoutOwnNames(leaf: Certificate): Certificate {
  const others = leaf.extensions.filter(({ id }) => id !== SUBJECT_ALT_NAME);
  const { hasUnhandledCritical = false } = readExtensionValues(others, 'go1.25');
  return { ...leaf, hasUnhandledCritical };
}

/** The certificate among those of the authorities whose key has signed `leaf`. */
export function issuerOf(
  leaf: Certificate,
  authorities: readonly TrustedAuthority[],
  crypto: SignatureCrypto,
): Certificate | undefined {
  const named = authorities.flatMap(({ certificates }) => certificates.filter((one) => isNamedIssuer(one, leaf)));
  return named.find((one) => one.key !== 'unknown' && judgeCertificateSignature(leaf, one.key, crypto).holds);
}

function isNamedIssuer({ subject }: Certificate, { issuer }: Certificate): boolean {
  return equalBytes(subject, issuer);
}
