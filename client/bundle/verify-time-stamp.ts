import { equalBytes } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { type Certificate, readCertificate } from '../../entries/pki/certificate.ts';
import { TAG } from '../../entries/pki/der.ts';
import { limitedDer } from '../../entries/pki/der-limit.ts';
import { messageSignatureHolds } from '../../entries/signatures/message-signature.ts';
import type { SignatureCrypto } from '../../entries/signatures/signature-crypto.ts';
import { judge, type Opened } from '../judge.ts';
import type { TrustedAuthority } from './authorities.ts';
import { judgePath } from './certificate-path.ts';
import { readDigest, readTimeStampToken, type TimeStampToken } from './time-stamp-token.ts';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

/**
 * Whether a trusted authority says that it has seen a signature, and when: RFC 3161 §2.3 and §2.4.
 *
 * @param response - a TimeStampResp in DER
 * @returns the time in milliseconds since 1970
 */
export function verifyTimeStamp(
  response: Uint8Array,
  signature: Uint8Array,
  authorities: readonly TrustedAuthority[],
  crypto: SignatureCrypto,
): Opened<{ readonly time: number }> {
  return judge(() => {
    const token = readTimeStampToken(response);
    const { algorithm, digest } = token.imprint;
    if (!equalBytes(crypto.digestOf(algorithm, signature), digest)) return fails('it is of another signature');
    const leaf = signerOf(token, authorities);
    if (leaf === undefined) return fails('it is by none of the timestamp authorities of the trusted root');
    const signed = judgeSigned(token, leaf, crypto);
    if (!signed.holds) return signed;
    const { time } = token;
    const path = judgePath({ leaf, purpose: 'timeStamping', time }, authorities, crypto);
    return path.holds ? { holds: true, time } : path;
  });
}

/** The certificate that the signer names: of the trusted root, or else of those that came with the token. */
function signerOf({ signer, certificates }: TimeStampToken, authorities: readonly TrustedAuthority[]) {
  const isNamed = ({ issuer, serial }: Certificate): boolean =>
    equalBytes(issuer, signer.issuer) && equalBytes(serial, signer.serial);
  const trusted = authorities.flatMap((authority) => authority.certificates).find(isNamed);
  return trusted ?? certificates.map((der) => readCertificate(limitedDer(der), 'go1.25')).find(isNamed);
}

const NO_DIGEST = new Uint8Array();

/** RFC 5652 §5.4: the attributes name the content, and the signature is over the attributes. */
function judgeSigned({ info, infoType, signer }: TimeStampToken, leaf: Certificate, crypto: SignatureCrypto): Verdict {
  const { attributes, digest, signedAttributes, signature } = signer;
  if (!isTimeStamp(infoType, attributes)) return fails('it is signed as something else than a timestamp');
  const stated = attributes.get(MESSAGE_DIGEST)?.value(TAG.octetString) ?? NO_DIGEST;
  if (!equalBytes(stated, crypto.digestOf(digest, info))) return fails('its signature is over another time');
  if (!isOfCertificate(attributes, leaf, crypto)) return fails('its signature names another certificate');
  if (leaf.key === 'unused' || leaf.key === 'unknown') return fails('its authority has a key that is not checked here');
  return messageSignatureHolds(leaf.key, digest, signedAttributes, signature, crypto)
    ? HOLDS
    : fails('its signature does not verify');
}

function isTimeStamp(type: string, attributes: TimeStampToken['signer']['attributes']): boolean {
  return type === TST_INFO && attributes.get(CONTENT_TYPE)?.objectIdentifier() === TST_INFO;
}

/** RFC 5816 §2.2.1: the first certificate named is the signer's. An attribute of the first version has SHA-1, and shows nothing. */
function isOfCertificate(
  attributes: TimeStampToken['signer']['attributes'],
  { der }: Certificate,
  crypto: SignatureCrypto,
): boolean {
  const first = attributes.get(SIGNING_CERTIFICATE_V2)?.enter(TAG.sequence)?.enter(TAG.sequence)?.enter(TAG.sequence);
  if (first === undefined) return !attributes.has(SIGNING_CERTIFICATE_V2);
  const algorithm = first.startsWith(TAG.sequence) ? readDigest(first) : 'sha256';
  const hash = first.value(TAG.octetString);
  return algorithm !== undefined && hash !== undefined && equalBytes(crypto.digestOf(algorithm, der), hash);
}
