import { parseUtf8, toBase64, toHex } from '../../base/bytes.ts';
import { parseGoBase64 } from '../../base/go-base64.ts';
import { sha256, sha256Hex } from '../../base/sha256.ts';
import { type Certificate, readCertificate, subjectsOf } from '../../entries/pki/certificate.ts';
import { DerReader, TAG } from '../../entries/pki/der.ts';
import { InvalidKey } from '../../entries/pki/failures.ts';
import { canonicalMinisign } from '../../entries/pki/minisign.ts';
import { findPemBlock, trimSpace } from '../../entries/pki/pem.ts';
import { canonicalPgp } from '../../entries/pki/pgp.ts';
import { canonicalSsh } from '../../entries/pki/ssh.ts';
import { readDerKey } from '../../entries/pki/x509.ts';

/** Names in a certificate that someone watches for. */
export interface CertificateNames {
  /** Subject alternative names: DNS, e-mail, IP, URI, OtherName. */
  readonly subjects: readonly string[];
  /** Name of the OIDC issuer that vouched for the subject, as Fulcio writes it. */
  readonly issuer: string | undefined;
  /** Values of extensions that are texts, by object identifier. */
  readonly extensions: ReadonlyMap<string, string>;
}

/** Names and keys that may have signed an entry. */
export interface Identities {
  readonly certificates: readonly CertificateNames[];
  /** Names in certificates, and e-mail addresses of OpenPGP keys. */
  readonly subjects: readonly string[];
  /**
   * Of keys and certificates: SHA-256 of their DER in hex, of a certificate's key as well; of OpenSSH keys SHA-256 in base64
   * without padding; of OpenPGP keys and their subkeys SHA-1 in hex.
   */
  readonly fingerprints: readonly string[];
}

const NOBODY: Identities = { certificates: [], subjects: [], fingerprints: [] };
const MAX_CERTIFICATES = 10;

/** Reads a key, a certificate or a chain. @throws InvalidKey for what is none of them */
export async function readIdentities(content: Uint8Array): Promise<Identities> {
  const text = parseUtf8(content);
  if (text === undefined) return content[0] === TAG.sequence ? ofDer(content) : ofPgp(content);
  const start = trimSpace(text);
  if (start.startsWith('-----BEGIN PGP')) return ofPgp(content);
  if (start.startsWith('-----BEGIN ')) return ofPem(start);
  return /^(?:ssh-|ecdsa-sha2-|sk-)/.test(start) ? ofSsh(content) : ofMinisign(content);
}

function ofPem(text: string): Identities {
  let identities = NOBODY;
  let left = text;
  for (let count = 0; left !== ''; count += 1) {
    const found = findPemBlock(left);
    if (found === undefined || count === MAX_CERTIFICATES) throw new InvalidKey('it is no chain of certificates');
    // A chain names those who vouch; its first certificate is who signed.
    if (count === 0) identities = ofDer(found.block.bytes);
    left = trimSpace(found.rest);
  }
  return identities;
}

function ofDer(der: Uint8Array): Identities {
  const certificate = certificateIn(der);
  if (certificate === undefined) return { ...NOBODY, fingerprints: [sha256Hex(readDerKey(der).key.spki)] };
  const subjects = subjectsOf(certificate);
  const fingerprints = [sha256Hex(der), sha256Hex(certificate.subjectPublicKeyInfo)];
  return { certificates: [namesOf(certificate, subjects)], subjects, fingerprints };
}

/** Undefined for a key. @throws InvalidKey for a certificate that cannot be read */
function certificateIn(der: Uint8Array): Certificate | undefined {
  try {
    return readCertificate(der, 'go1.27');
  } catch (error) {
    if (!(error instanceof InvalidKey) || !isKey(der)) throw error;
    return undefined;
  }
}

function isKey(der: Uint8Array): boolean {
  try {
    return readDerKey(der).key.spki.length > 0;
  } catch {
    return false;
  }
}

const ISSUER_V2 = '1.3.6.1.4.1.57264.1.8';
/** Its value is the bare text, which is no DER. */
const ISSUER_V1 = '1.3.6.1.4.1.57264.1.1';

function namesOf({ extensions }: Certificate, subjects: readonly string[]): CertificateNames {
  const texts = new Map(
    extensions.flatMap(({ id, value }) => {
      const text = textOf(value);
      return text === undefined || text === '' ? [] : [[id, text] as const];
    }),
  );
  return { subjects, issuer: texts.get(ISSUER_V2) ?? texts.get(ISSUER_V1), extensions: texts };
}

const UTF8_STRING = 0x0c;
const PRINTABLE_STRING = 0x13;
const IA5_STRING = 0x16;

/** The value of an extension: a character string, or as Fulcio's first extensions have it, bytes without a type. */
function textOf(value: Uint8Array): string | undefined {
  const reader = new DerReader(value);
  const element = reader.any();
  const isString = element !== undefined && [UTF8_STRING, PRINTABLE_STRING, IA5_STRING].includes(element.tag);
  return parseUtf8(isString && reader.isEmpty ? element.contents.bytes : value);
}

/** @throws InvalidKey */
function ofSsh(content: Uint8Array): Identities {
  const [, blob = ''] = (parseUtf8(canonicalSsh(content)) ?? '').trim().split(' ');
  const hash = toBase64(sha256(parseGoBase64(blob) ?? new Uint8Array())).replace(/=+$/, '');
  return { ...NOBODY, fingerprints: [hash, `SHA256:${hash}`] };
}

/** Rekor knows these by the SHA-256 of an Ed25519 key in DER. @throws InvalidKey */
function ofMinisign(content: Uint8Array): Identities {
  const key = parseGoBase64(parseUtf8(canonicalMinisign(content)) ?? '')?.subarray(-32) ?? new Uint8Array();
  return { ...NOBODY, fingerprints: [sha256Hex(Uint8Array.from([...ED25519_PREFIX, ...key]))] };
}

const ED25519_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** @throws InvalidKey */
async function ofPgp(content: Uint8Array): Promise<Identities> {
  const armoredKeys = parseUtf8(await canonicalPgp(content)) ?? ''; // one block of what may have been several
  const { readKeys } = await import('openpgp');
  try {
    const keys = await readKeys({ armoredKeys });
    const users = keys.flatMap((key) => key.getUserIDs());
    return {
      certificates: [],
      subjects: users.map((user) => /<([^<>]*)>\s*$/.exec(user)?.[1] ?? user),
      fingerprints: keys.flatMap((key) => key.getKeys().map((one) => toHexDigits(one.getFingerprint()))),
    };
  } catch (error) {
    throw new InvalidKey('it is no OpenPGP key', { cause: error });
  }
}

const toHexDigits = (fingerprint: string | Uint8Array): string =>
  typeof fingerprint === 'string' ? fingerprint : toHex(fingerprint);
