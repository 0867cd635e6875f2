import { fails } from '../../base/verdict.ts';
import type { Certificate } from '../../entries/pki/certificate.ts';
import type { SignatureCrypto } from '../../entries/signatures/signature-crypto.ts';
import type { Opened } from '../judge.ts';
import { timeText } from '../period.ts';
import type { TrustedAuthorities } from './authorities.ts';
import { issuerOf, judgePath } from './certificate-path.ts';
import { judgeCertificateTimestamps } from './certificate-timestamps.ts';
import { type CertificateIdentity, type ExpectedIdentity, identityOf, judgeIdentity } from './identity.ts';

/** A moment at which a signature was there, and who says so. */
export interface SigningTime {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** For messages: the member of the bundle. */
  readonly source: string;
}

export interface CertificatePolicy {
  readonly authorities: TrustedAuthorities;
  readonly identity: ExpectedIdentity;
  /** Certificate transparency logs that have to have promised to hold the certificate. */
  readonly ctLogThreshold: number;
  readonly crypto: SignatureCrypto;
}

/**
 * Whether a certificate is by a trusted authority, was good at every time at which its signature is known to have been there (one at
 * least), is in certificate transparency logs, and is of the identity that is expected.
 */
export function verifyCertificate(
  leaf: Certificate,
  times: readonly SigningTime[],
  { authorities, identity, ctLogThreshold, crypto }: CertificatePolicy,
): Opened<CertificateIdentity> {
  const { certificateAuthorities, ctLogs } = authorities;
  if (certificateAuthorities.length === 0) return fails('the trusted root has no certificate authority');
  if (times.length === 0)
    return fails(
      'nothing says when it was signed: neither a signed entry timestamp nor one of a timestamp authority that is trusted',
    );
  for (const { time, source } of times) {
    const path = judgePath({ leaf, purpose: 'codeSigning', time }, certificateAuthorities, crypto);
    if (!path.holds) return fails(`${path.reason}; signed at ${timeText(time)}, says ${source}`);
  }
  const issuer = issuerOf(leaf, certificateAuthorities, crypto);
  if (issuer === undefined) return fails('the certificate is signed by no authority of the trusted root');
  const logged = judgeCertificateTimestamps(leaf, issuer, ctLogs, ctLogThreshold, crypto);
  if (!logged.holds) return logged;
  const found = identityOf(leaf);
  const verdict = judgeIdentity(found, identity);
  return verdict.holds ? { holds: true, ...found } : verdict;
}
