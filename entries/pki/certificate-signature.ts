import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { type DigestAlgorithm, type PublicKey } from '../signatures/claim.ts';
import { messageSignatureHolds } from '../signatures/message-signature.ts';
import type { SignatureCrypto } from '../signatures/signature-crypto.ts';
import { type Certificate } from './certificate.ts';
import { DerReader } from './der.ts';
import { pssDigest } from './pss-parameters.ts';

type Scheme = 'RSA' | 'RSA-PSS' | 'ECDSA' | 'Ed25519';

/** How a certificate is signed. */
interface SignatureAlgorithm {
  readonly scheme: Scheme;
  /** Undefined for a digest that nobody trusts any more. */
  readonly digest: DigestAlgorithm | undefined;
  readonly name: string;
}

const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.4': { scheme: 'RSA', digest: undefined, name: 'MD5-RSA' },
  '1.2.840.113549.1.1.5': { scheme: 'RSA', digest: undefined, name: 'SHA1-RSA' },
  '1.3.14.3.2.29': { scheme: 'RSA', digest: undefined, name: 'SHA1-RSA' },
  '1.2.840.113549.1.1.11': { scheme: 'RSA', digest: 'sha256', name: 'SHA256-RSA' },
  '1.2.840.113549.1.1.12': { scheme: 'RSA', digest: 'sha384', name: 'SHA384-RSA' },
  '1.2.840.113549.1.1.13': { scheme: 'RSA', digest: 'sha512', name: 'SHA512-RSA' },
  '1.2.840.10045.4.1': { scheme: 'ECDSA', digest: undefined, name: 'ECDSA-SHA1' },
  '1.2.840.10045.4.3.2': { scheme: 'ECDSA', digest: 'sha256', name: 'ECDSA-SHA256' },
  '1.2.840.10045.4.3.3': { scheme: 'ECDSA', digest: 'sha384', name: 'ECDSA-SHA384' },
  '1.2.840.10045.4.3.4': { scheme: 'ECDSA', digest: 'sha512', name: 'ECDSA-SHA512' },
};
const RSA_PSS = '1.2.840.113549.1.1.10';
const ED25519 = '1.3.101.112';

/** Said of algorithms that nobody here knows. */
export const UNIMPLEMENTED_VERDICT = fails('x509: cannot verify signature: algorithm unimplemented');

/** Judges whether `certificate` is signed with the key of `parent`, in the words of Go's crypto/x509. */
export function judgeCertificateSignature(
  certificate: Certificate,
  parent: PublicKey | 'unused',
  crypto: SignatureCrypto,
): Verdict {
  const algorithm = readAlgorithm(certificate.signatureAlgorithm);
  if (algorithm === undefined) return UNIMPLEMENTED_VERDICT;
  if (algorithm.digest === undefined)
    return fails(`x509: cannot verify signature: insecure algorithm ${algorithm.name}`);
  const family = algorithm.scheme === 'RSA-PSS' ? 'RSA' : algorithm.scheme;
  if (parent === 'unused' || parent.type !== family.toLowerCase()) return fails(mismatch(family, parent));
  return isSigned(certificate, parent, algorithm.scheme, algorithm.digest, crypto)
    ? HOLDS
    : WRONG_SIGNATURE_VERDICTS[algorithm.scheme];
}

const WRONG_SIGNATURE_VERDICTS: Readonly<Record<Scheme, Verdict>> = {
  RSA: fails('crypto/rsa: verification error'),
  'RSA-PSS': fails('crypto/rsa: verification error'),
  ECDSA: fails('x509: ECDSA verification failure'),
  Ed25519: fails('x509: Ed25519 verification failure'),
};

function isSigned(
  { toBeSigned, signature }: Certificate,
  key: PublicKey,
  scheme: Scheme,
  algorithm: DigestAlgorithm,
  crypto: SignatureCrypto,
): boolean {
  if (key.type === 'rsa' && scheme === 'RSA-PSS') return crypto.rsaPssHolds(algorithm, toBeSigned, key, signature);
  return messageSignatureHolds(key, algorithm, toBeSigned, signature, crypto);
}

const GO_TYPE = { ecdsa: '*ecdsa.PublicKey', rsa: '*rsa.PublicKey', ed25519: 'ed25519.PublicKey' } as const;

function mismatch(family: string, key: PublicKey | 'unused'): string {
  const have = key === 'unused' ? '*dsa.PublicKey' : GO_TYPE[key.type];
  return `x509: signature algorithm specifies an ${family} public key, but have public key of type ${have}`;
}

function readAlgorithm(identifier: Uint8Array): SignatureAlgorithm | undefined {
  const reader = new DerReader(identifier);
  const id = reader.objectIdentifier() as string;
  if (id === ED25519 && reader.isEmpty) return { scheme: 'Ed25519', digest: 'sha512', name: 'Ed25519' };
  if (id !== RSA_PSS) return ALGORITHMS[id];
  const digest = pssDigest(reader);
  return digest === undefined ? undefined : { scheme: 'RSA-PSS', digest, name: 'RSA-PSS' };
}
