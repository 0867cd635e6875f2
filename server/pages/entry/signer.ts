import { parseUtf8, toBase64 } from '../../../base/bytes.ts';
import { parseGoBase64 } from '../../../base/go-base64.ts';
import { sha256, sha256Hex } from '../../../base/sha256.ts';
import type { Certificate } from '../../../entries/pki/certificate.ts';
import { InvalidKey } from '../../../entries/pki/failures.ts';
import { fulcioValues } from '../../../entries/pki/fulcio-extensions.ts';
import { type KeyMaterial, readDerCertificate, readDerKey, readKeyMaterial } from '../../../entries/pki/x509.ts';

/** A key or certificate in an entry. */
export interface Signer {
  /** `certificate`, `public key`, or the label of something that is not read here. */
  readonly form: string;
  /** Of the key's SubjectPublicKeyInfo, or of the bytes of a key that is not read here: SHA-256 in hex. */
  readonly fingerprint: string;
  /** Finds this very key or certificate by a search; undefined for those that are not read here. */
  readonly searchHash: string | undefined;
  readonly certificate: CertificateView | undefined;
}

export interface CertificateView {
  readonly identities: readonly string[];
  readonly issuer: string;
  /** Seconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Fulcio's extensions by their names. */
  readonly extensions: Readonly<Record<string, string>>;
}

const LABEL = /-----BEGIN ([A-Z0-9 ]{1,40})-----/;

/** Reads a key as it stands in an entry: PEM, DER, or a text of another kind. Undefined for what is none. */
export function readSigner(bytes: Uint8Array): Signer | undefined {
  const material = readMaterial(bytes);
  if (material === undefined) return otherSigner(bytes);
  const { certificate, key, canonicalPem, subjects } = material;
  return {
    form: certificate === undefined ? 'public key' : 'certificate',
    fingerprint: sha256Hex(key.spki),
    searchHash: sha256Hex(canonicalPem),
    certificate: certificate && viewOf(certificate, subjects),
  };
}

/** Undefined for keys of other kinds, which the index knows by other names. */
function readMaterial(bytes: Uint8Array): KeyMaterial | undefined {
  const readers = bytes[0] === DER_SEQUENCE ? [readDerCertificate27, readDerKey] : [readKeyMaterial];
  for (const read of readers) {
    try {
      return read(bytes);
    } catch (error) {
      if (!(error instanceof InvalidKey)) throw error;
    }
  }
  return undefined;
}

const DER_SEQUENCE = 0x30;
const readDerCertificate27 = (der: Uint8Array): KeyMaterial => readDerCertificate(der, 'go1.27');

function otherSigner(bytes: Uint8Array): Signer | undefined {
  const text = parseUtf8(bytes) ?? '';
  const form = /^(ssh|ecdsa)-\S+ /.test(text) ? 'SSH key' : LABEL.exec(text)?.[1]?.toLowerCase();
  const isMinisign = text.startsWith('untrusted comment:');
  if (form === undefined && !isMinisign) return undefined;
  const fingerprint = sha256Hex(bytes);
  return { form: form ?? 'minisign key', fingerprint, searchHash: undefined, certificate: undefined };
}

/**
 * Verification material of a Sigstore bundle: the certificate itself, or a hint at a key, which a bundle does not hold.
 *
 * @param encoded - as it stands in the body, base64
 */
export function bundleMaterial(encoded: string): object | undefined {
  const bytes = parseGoBase64(encoded);
  const material = bytes && readMaterial(bytes);
  if (material === undefined) return undefined;
  const { certificate, key } = material;
  if (certificate === undefined) return { publicKey: { hint: toBase64(sha256(key.spki)) } };
  return { certificate: { rawBytes: toBase64(certificate.der) } };
}

function viewOf(
  { issuerName, notBefore, notAfter, extensions }: Certificate,
  identities: readonly string[],
): CertificateView {
  const { commonName, organization } = issuerName;
  return {
    identities,
    issuer: [organization, commonName].filter((part) => part !== undefined && part !== '').join(', '),
    notBefore: notBefore / 1000,
    notAfter: notAfter / 1000,
    extensions: fulcioValues(extensions),
  };
}
