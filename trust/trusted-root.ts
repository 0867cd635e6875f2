import { toBase64 } from '../base/bytes.ts';
import { logKey, longKeyId, SIGNATURE_TYPE } from '../checkpoint/key.ts';
import { type Period, type TimeRange, timeRange } from './period.ts';

/* The document by which Sigstore's clients know whom to trust: dev.sigstore.trustroot.v1.TrustedRoot; clients §2.2. */

/** Only this version is read by sigstore-go and sigstore-python. */
const MEDIA_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';

/** A key that a log signs with: one for each API of each shard. */
export interface LogInstance {
  /** Host that the key signs as. */
  readonly name: string;
  /** SubjectPublicKeyInfo in DER: Ed25519 or ECDSA. */
  readonly spki: Uint8Array;
  readonly validFor: Period;
}

/** A certificate transparency log whose promises the certificates of a Fulcio bear. */
export interface CtLog {
  readonly url: string;
  readonly publicKey: PublicKey;
  /** SHA-256 of the key. */
  readonly logId: Uint8Array;
}

export interface PublicKey {
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  /** Name in dev.sigstore.common.v1.PublicKeyDetails. */
  readonly details: string;
  readonly validFor: Period;
}

/** A Fulcio, or a timestamp authority. */
export interface CertificateAuthority {
  readonly url: string;
  readonly organization: string;
  readonly commonName: string;
  /** DER, the issuing one first, the root last. */
  readonly certificates: readonly Uint8Array[];
  readonly validFor: Period;
}

/** Those that vouch for signers and times beside a log. */
export interface Authorities {
  readonly certificateAuthorities: readonly CertificateAuthority[];
  readonly ctLogs: readonly CtLog[];
  readonly timestampAuthorities: readonly CertificateAuthority[];
}

export const NO_AUTHORITIES: Authorities = { certificateAuthorities: [], ctLogs: [], timestampAuthorities: [] };

interface LogMember {
  readonly baseUrl: string;
  readonly hashAlgorithm: 'SHA2_256';
  readonly publicKey: { readonly rawBytes: string; readonly keyDetails: string; readonly validFor: TimeRange };
  readonly logId: { readonly keyId: string };
}

interface AuthorityMember {
  readonly subject: { readonly organization: string; readonly commonName: string };
  readonly uri: string;
  readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
  readonly validFor: TimeRange;
}

/** `trusted_root.json`. */
export interface TrustedRoot {
  readonly mediaType: typeof MEDIA_TYPE;
  readonly tlogs: readonly LogMember[];
  readonly certificateAuthorities: readonly AuthorityMember[];
  readonly ctlogs: readonly LogMember[];
  readonly timestampAuthorities: readonly AuthorityMember[];
}

/** A trusted root for one log. @throws MalformedKey for a key that is neither Ed25519 nor ECDSA */
export function trustedRoot(logs: readonly LogInstance[], authorities: Authorities): TrustedRoot {
  return {
    mediaType: MEDIA_TYPE,
    tlogs: logs.map(logMember),
    certificateAuthorities: authorities.certificateAuthorities.map(authorityMember),
    ctlogs: authorities.ctLogs.map(({ url, publicKey, logId }) => member(url, publicKey, logId)),
    timestampAuthorities: authorities.timestampAuthorities.map(authorityMember),
  };
}

/** Clients take the host of `baseUrl` for the name on the checkpoint, and ask nothing of that address. */
function logMember({ name, spki, validFor }: LogInstance): LogMember {
  const key = logKey(name, spki);
  const details = key.type === SIGNATURE_TYPE.ed25519 ? 'PKIX_ED25519' : ecdsaDetails(spki);
  return member(`https://${name}`, { spki, details, validFor }, longKeyId(key));
}

/** Tells the curves by the length of the key. */
function ecdsaDetails({ length }: Uint8Array): string {
  if (length < 100) return 'PKIX_ECDSA_P256_SHA_256';
  return length < 130 ? 'PKIX_ECDSA_P384_SHA_384' : 'PKIX_ECDSA_P521_SHA_512';
}

function member(baseUrl: string, { spki, details, validFor }: PublicKey, id: Uint8Array): LogMember {
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: toBase64(spki), keyDetails: details, validFor: timeRange(validFor) },
    logId: { keyId: toBase64(id) },
  };
}

function authorityMember(authority: CertificateAuthority): AuthorityMember {
  const { organization, commonName, url, certificates, validFor } = authority;
  return {
    subject: { organization, commonName },
    uri: url,
    certChain: { certificates: certificates.map((one) => ({ rawBytes: toBase64(one) })) },
    validFor: timeRange(validFor),
  };
}
