import { sha256Hex } from '../../base/sha256.ts';
import { IN_TOTO_TYPE, predicateTypeOf } from '../envelope/statement.ts';
import { algorithmUse } from '../algorithm-policy.ts';
import type { AlgorithmUse, CanonicalEntry } from '../kind.ts';
import type { Certificate } from '../pki/certificate.ts';
import { judgeChain } from '../pki/chain.ts';
import { nodeSignatures } from '../signatures/node-signatures.ts';
import { fulcioValues } from '../pki/fulcio-extensions.ts';

/** The facts of an entry that an admission policy judges by. A text that an entry lacks is empty. */
export interface EntryFacts {
  readonly kind: string;
  readonly version: string;
  /** Bytes of the canonical body. */
  readonly size: number;
  /** Of the first signature, in Rekor's words; and of all. */
  readonly algorithm: string;
  readonly algorithms: readonly string[];
  /** Subject alternative names of all certificates. */
  readonly identities: readonly string[];
  /** SHA-256 of each key (SubjectPublicKeyInfo), hex. */
  readonly fingerprints: readonly string[];
  /** Of an envelope. */
  readonly payloadType: string;
  /** Of an in-toto statement. */
  readonly predicateType: string;
}

/** The facts of the first certificate of an entry. Empty ones for an entry that was signed with a bare key. */
export interface CertificateFacts {
  readonly exists: boolean;
  /** Common name, or else organization. */
  readonly issuer: string;
  readonly subject: string;
  readonly identities: readonly string[];
  /** Seconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Fulcio's, by name. */
  readonly extensions: Readonly<Record<string, string>>;
  /** Whether a chain leads to one of the roots of the policy, at the time at which the certificate begins. */
  readonly trusted: boolean;
}

export interface Facts {
  readonly entry: EntryFacts;
  readonly certificate: CertificateFacts;
}

/** Certificates that a policy trusts: roots, and others by which a chain may lead to them. */
export interface TrustedCertificates {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
}

/** Returns what a policy may know of an entry. Its signatures hold already. @throws InvalidEntry for a costly statement */
export function factsOf(entry: CanonicalEntry, trusted: TrustedCertificates): Facts {
  const { kind, version, body, signers = [] } = entry;
  const algorithms = algorithmsOf(entry);
  const certificate = signers.find((signer) => signer.certificate !== undefined)?.certificate;
  return {
    entry: {
      kind,
      version,
      size: body.length,
      algorithm: algorithms[0] ?? '',
      algorithms,
      identities: [...new Set(signers.flatMap(({ subjects }) => subjects))],
      fingerprints: [...new Set(signers.map(({ key }) => sha256Hex(key.spki)))],
      ...payloadFacts(entry),
    },
    certificate: certificate === undefined ? NO_CERTIFICATE : certificateFacts(certificate, signers, trusted),
  };
}

function algorithmsOf({ algorithmUses, signers = [] }: CanonicalEntry): readonly string[] {
  const uses: readonly AlgorithmUse[] = algorithmUses ?? signers.map(({ key }) => algorithmUse(key, 'sha256'));
  return uses.flatMap(({ algorithm }) => algorithm ?? []);
}

function payloadFacts({ signed }: CanonicalEntry): Pick<EntryFacts, 'payloadType' | 'predicateType'> {
  if (signed === undefined) return { payloadType: '', predicateType: '' };
  const { type, payload } = signed;
  return { payloadType: type, predicateType: type === IN_TOTO_TYPE ? (predicateTypeOf(payload) ?? '') : '' };
}

/** The facts of a certificate that is not there. */
export const NO_CERTIFICATE: CertificateFacts = {
  exists: false,
  issuer: '',
  subject: '',
  identities: [],
  notBefore: 0,
  notAfter: 0,
  extensions: {},
  trusted: false,
};

function certificateFacts(
  certificate: Certificate,
  signers: NonNullable<CanonicalEntry['signers']>,
  trusted: TrustedCertificates,
): CertificateFacts {
  const { issuerName, subjectName, notBefore, notAfter, extensions } = certificate;
  return {
    exists: true,
    issuer: issuerName.commonName ?? issuerName.organization ?? '',
    subject: subjectName.commonName ?? subjectName.organization ?? '',
    identities: signers.find((signer) => signer.certificate === certificate)?.subjects ?? [],
    notBefore: notBefore / 1000,
    notAfter: notAfter / 1000,
    extensions: fulcioValues(extensions),
    trusted: isTrusted(certificate, trusted),
  };
}

/** Signature checks on the way to one root: as much as a handful of them on P-521. */
const CHAIN_COST = 200;

class ChainTooCostly extends Error {}

function isTrusted(leaf: Certificate, { roots, intermediates }: TrustedCertificates): boolean {
  let left = CHAIN_COST;
  const spend = (cost: number): void => {
    left -= cost;
    if (left < 0) throw new ChainTooCostly('a chain costs more than a policy may');
  };
  try {
    return roots.some((root) => judgeChain([leaf, ...intermediates, root], { spend, crypto: nodeSignatures }).holds);
  } catch (error) {
    if (error instanceof ChainTooCostly) return false;
    throw error;
  }
}
