import { fails } from '../../base/verdict.ts';
import { type Certificate, readCertificate } from '../../entries/pki/certificate.ts';
import { limitedDer } from '../../entries/pki/der-limit.ts';
import type { SignatureCrypto } from '../../entries/signatures/signature-crypto.ts';
import { type AnswerReader, base64 } from '../answer-reader.ts';
import { MalformedAnswer } from '../failures.ts';
import type { Opened } from '../judge.ts';
import type { TrustedAuthority } from './authorities.ts';
import type { BundleEntry } from './bundle-entry.ts';
import { MOST_MEMBERS } from './bundle-form.ts';
import type { SigningTime } from './verify-certificate.ts';
import { verifyTimeStamp } from './verify-time-stamp.ts';

/**
 * Returns the certificate that a bundle is signed with; undefined where it names a key. Of a chain the first: what stands above it
 * has to be in the trusted root.
 *
 * @param material - the bundle's `verificationMaterial`
 * @throws MalformedAnswer, InvalidKey
 */
export function bundleCertificate(material: AnswerReader): Certificate | undefined {
  const chain = material.has('x509CertificateChain')
    ? material.object('x509CertificateChain').objects('certificates', MOST_MEMBERS)
    : material.has('certificate')
      ? [material.object('certificate')]
      : undefined;
  if (chain === undefined) return undefined;
  const [first] = chain;
  if (first === undefined) throw new MalformedAnswer('verificationMaterial has a chain of no certificates');
  return readCertificate(limitedDer(first.bytes('rawBytes', base64)), 'go1.25');
}

/**
 * Verifies the RFC 3161 timestamps of a bundle; every one has to hold. Where no timestamp authority is trusted they say nothing.
 *
 * @param signature - that they have to be of
 * @throws MalformedAnswer
 */
export function bundleTimes(
  material: AnswerReader,
  signature: Uint8Array,
  authorities: readonly TrustedAuthority[],
  crypto: SignatureCrypto,
): Opened<{ readonly times: readonly SigningTime[] }> {
  const data = material.has('timestampVerificationData') ? material.object('timestampVerificationData') : undefined;
  const timestamps = data?.has('rfc3161Timestamps') === true ? data.objects('rfc3161Timestamps', MOST_MEMBERS) : [];
  const times: SigningTime[] = [];
  for (const [i, timestamp] of (authorities.length === 0 ? [] : timestamps).entries()) {
    const source = `rfc3161Timestamps.${i}`;
    const verdict = verifyTimeStamp(timestamp.bytes('signedTimestamp', base64), signature, authorities, crypto);
    if (!verdict.holds) return fails(`${source} does not hold: ${verdict.reason}`);
    times.push({ time: verdict.time, source });
  }
  return { holds: true, times };
}

/** Times of the signed entry timestamps of a bundle's entries, all of them verified. */
export function promisedTimes(entries: readonly BundleEntry[]): readonly SigningTime[] {
  return entries.flatMap(({ integratedTime }, i) =>
    integratedTime === undefined
      ? []
      : [{ time: 1000 * integratedTime, source: `the signed entry timestamp of tlogEntries.${i}` }],
  );
}
