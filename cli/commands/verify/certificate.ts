import { AnswerReader } from '../../../client/answer-reader.ts';
import { type TrustedAuthorities, trustedAuthorities } from '../../../client/bundle/authorities.ts';
import { bundleCertificate, bundleTimes } from '../../../client/bundle/bundle-material.ts';
import type { ExpectedIdentity } from '../../../client/bundle/identity.ts';
import { verifyCertificate } from '../../../client/bundle/verify-certificate.ts';
import { judge } from '../../../client/judge.ts';
import { nodeSignatures } from '../../../entries/signatures/node-signatures.ts';
import { type Bundle, signatureIn } from '../../entry/bundle.ts';
import type { ReadEntry } from '../../entry/read-entry.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { readTrustedRootBy } from '../../log/log-keys.ts';
import type { verify } from './about.ts';
import type { Verified } from './verified.ts';

type Asked = Pick<Run<typeof verify.options>, 'options' | 'globals'>;

/** Adds to a verification what the certificate of a bundle shows. @throws CheckFailed */
export type CertificateCheck = (verified: Verified) => Verified;

/**
 * Returns the check of the certificate in a bundle, for which the holder is to be known before anything is asked. A signer that was
 * given as a key or a certificate is known as it is.
 *
 * @throws UsageFault
 */
export function certificateCheck({ options, globals }: Asked, { name, bundle }: ReadEntry): CertificateCheck {
  const expected = expectedIdentity(options);
  const isKnown = options.key !== undefined || options.certificate !== undefined;
  if (bundle?.signer === undefined || isKnown) {
    if (expected === undefined) return (verified) => verified;
    throw new UsageFault(
      '--certificate-identity and --certificate-oidc-issuer are for the certificate of a bundle, without --key and --certificate',
    );
  }
  if (expected === undefined)
    throw new UsageFault(
      `${name}: the bundle is signed with a certificate: say whose it has to be, with --certificate-identity and --certificate-oidc-issuer, or give the certificate itself with --certificate`,
    );
  const root = globals['trusted-root'];
  if (root === undefined)
    throw new UsageFault(`${name}: --trusted-root is needed, which names the authorities of certificates`);
  const authorities = readTrustedRootBy(root, trustedAuthorities);
  const threshold = options['insecure-ignore-sct'] ? 0 : 1;
  return (verified) => check(name, bundle, verified, { authorities, identity: expected, threshold });
}

interface Expected {
  readonly authorities: TrustedAuthorities;
  readonly identity: ExpectedIdentity;
  readonly threshold: number;
}

/** @throws CheckFailed */
function check(
  name: string,
  bundle: Bundle,
  verified: Verified,
  { authorities, identity, threshold }: Expected,
): Verified {
  const material = new AnswerReader(bundle.value, 'bundle').object('verificationMaterial');
  const policy = { authorities, identity, ctLogThreshold: threshold, crypto: nodeSignatures };
  const verdict = judge(() => {
    const certificate = bundleCertificate(material);
    if (certificate === undefined) throw new Error('the bundle had a certificate when it was read');
    const stamped = bundleTimes(material, signatureIn(bundle), authorities.timestampAuthorities, nodeSignatures);
    if (!stamped.holds) return stamped;
    const opened = verifyCertificate(certificate, [...verified.times, ...stamped.times], policy);
    return opened.holds ? { ...opened, isStamped: stamped.times.length > 0 } : opened;
  });
  if (!verdict.holds) throw new CheckFailed(`${name}: ${verdict.reason}`);
  const { subjects, issuer, isStamped } = verdict;
  const checked = [...verified.checked, ...(isStamped ? ['timestamp'] : []), 'certificate', 'identity'];
  return { ...verified, checked, signer: { subjects, issuer } };
}

/** Undefined where nothing is expected. @throws UsageFault */
function expectedIdentity(options: Asked['options']): ExpectedIdentity | undefined {
  const subject = nameOf(options, 'certificate-identity');
  const issuer = nameOf(options, 'certificate-oidc-issuer');
  if (subject === undefined && issuer === undefined) return undefined;
  if (subject !== undefined && issuer !== undefined) return { subject, issuer };
  const missing = subject === undefined ? 'certificate-identity' : 'certificate-oidc-issuer';
  throw new UsageFault(`--${missing} is missing: a name means nothing without the one who vouches for it`);
}

/** @throws UsageFault */
function nameOf(
  options: Asked['options'],
  name: 'certificate-identity' | 'certificate-oidc-issuer',
): string | RegExp | undefined {
  const [text, expression] = [options[name], options[`${name}-regexp`]];
  if (text !== undefined && expression !== undefined)
    throw new UsageFault(`give --${name} or --${name}-regexp, and not both`);
  if ((text ?? expression) === '') throw new UsageFault(`--${name} is empty, and says nothing of a holder`);
  if (expression === undefined) return text;
  try {
    return new RegExp(expression, 'u');
  } catch {
    throw new UsageFault(`--${name}-regexp ${expression} is no regular expression of JavaScript`);
  }
}
