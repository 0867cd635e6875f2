import { equalBytes } from '../../base/bytes.ts';
import { readOtherName } from './alternative-names.ts';
import { contextTag, DerReader, TAG } from './der.ts';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.ts';
import { type Extension, type ExtensionValues, readExtensionValues } from './extensions.ts';
import { InvalidKey, must } from './failures.ts';
import type { GoRelease } from './go-release.ts';
import { readSubjectPublicKey, type SubjectPublicKey } from './public-key.ts';
import { readValidity, type Validity } from './validity.ts';

/** A certificate (RFC 5280 §4.1), read but in no way verified. Byte arrays are views of `der`. */
export interface Certificate extends Validity, ExtensionValues {
  readonly der: Uint8Array;
  /** The bytes that `signature` is over. */
  readonly toBeSigned: Uint8Array;
  readonly signature: Uint8Array;
  /** Contents of the AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Two's complement, not negative. */
  readonly serial: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly subjectName: DistinguishedName;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly key: SubjectPublicKey;
  readonly issuerName: DistinguishedName;
  readonly extensions: readonly Extension[];
  /** The value of SubjectAltName. */
  readonly subjectAltName: Uint8Array | undefined;
}

/**
 * Reads what Go's crypto/x509 reads, and refuses what it refuses, in its words. Linear in the size of the certificate.
 *
 * @throws InvalidKey
 */
export function readCertificate(der: Uint8Array, release: GoRelease): Certificate {
  const input = new DerReader(der);
  const certificate = must(input.enter(TAG.sequence), 'x509: malformed certificate');
  const toBeSigned = must(certificate.element(TAG.sequence), 'x509: malformed tbs certificate').bytes;
  const body = must(new DerReader(toBeSigned).enter(TAG.sequence), 'x509: malformed tbs certificate');
  const version = readVersion(body);
  const serial = readSerial(body);
  const signatureAlgorithm = readSignatureAlgorithm(body, certificate);
  const issuer = must(body.element(TAG.sequence), 'x509: malformed issuer').bytes;
  const issuerName = readName(issuer, release);
  const validity = readValidity(must(body.enter(TAG.sequence), 'x509: malformed validity'));
  const subject = must(body.element(TAG.sequence), 'x509: malformed issuer').bytes;
  const subjectName = readName(subject, release);
  const subjectPublicKeyInfo = must(body.element(TAG.sequence), 'x509: malformed spki').bytes;
  const key = readSubjectPublicKey(
    must(new DerReader(subjectPublicKeyInfo).enter(TAG.sequence), 'x509: malformed spki'),
  );
  const extensions = version === 1 ? [] : readExtensions(body, version);
  const values = readExtensionValues(extensions, release);
  const signature = must(certificate.bitString(), 'x509: malformed signature');
  if (!input.isEmpty) throw new InvalidKey('x509: trailing data');
  const subjectAltName = extensions.find(({ id }) => id === SUBJECT_ALT_NAME)?.value;
  const names = { issuer, issuerName, subject, subjectName, subjectAltName, extensions };
  const signed = { der, toBeSigned, signature, signatureAlgorithm };
  return { ...signed, ...names, ...validity, ...values, version, serial, subjectPublicKeyInfo, key };
}

function readVersion(body: DerReader): number {
  if (!body.startsWith(contextTag(0, 'constructed'))) return 1;
  const contents = must(body.enter(contextTag(0, 'constructed')), 'x509: malformed version');
  const version = must(contents.integer(), 'x509: malformed version');
  if (!contents.isEmpty || version.length > 8 || (version[0] as number) >= 0x80)
    throw new InvalidKey('x509: malformed version');
  if (version.length > 1 || (version[0] as number) > 2) throw new InvalidKey('x509: invalid version');
  return (version[0] as number) + 1;
}

function readSerial(body: DerReader): Uint8Array {
  const serial = must(body.integer(), 'x509: malformed serial number');
  if ((serial[0] as number) >= 0x80) throw new InvalidKey('x509: negative serial number');
  return serial;
}

/** Stands inside, where it is signed, and outside, where it is used. */
function readSignatureAlgorithm(body: DerReader, certificate: DerReader): Uint8Array {
  const inner = must(body.value(TAG.sequence), 'x509: malformed signature algorithm identifier');
  const outer = must(certificate.value(TAG.sequence), 'x509: malformed algorithm identifier');
  if (!equalBytes(inner, outer))
    throw new InvalidKey("x509: inner and outer signature algorithm identifiers don't match");
  const identifier = new DerReader(inner);
  must(identifier.objectIdentifier(), 'x509: malformed OID');
  if (!identifier.isEmpty) must(identifier.any(), 'x509: malformed parameters');
  return inner;
}

function readName(name: Uint8Array, release: GoRelease): DistinguishedName {
  return readDistinguishedName(must(new DerReader(name).enter(TAG.sequence), 'x509: invalid RDNSequence'), release);
}

const SUBJECT_ALT_NAME = '2.5.29.17';

function readExtensions(body: DerReader, version: number): Extension[] {
  if (!body.skipOptional(contextTag(1, 'primitive'))) throw new InvalidKey('x509: malformed issuerUniqueID');
  if (!body.skipOptional(contextTag(2, 'primitive'))) throw new InvalidKey('x509: malformed subjectUniqueID');
  if (version < 3 || !body.startsWith(contextTag(3, 'constructed'))) return [];
  const list = must(body.enter(contextTag(3, 'constructed'))?.enter(TAG.sequence), 'x509: malformed extensions');
  const extensions = new Map<string, Extension>();
  while (!list.isEmpty) {
    const extension = readExtension(must(list.enter(TAG.sequence), 'x509: malformed extension'));
    const { size } = extensions;
    if (extensions.set(extension.id, extension).size === size)
      throw new InvalidKey(`x509: certificate contains duplicate extension with OID "${extension.id}"`);
  }
  return [...extensions.values()];
}

function readExtension(contents: DerReader): Extension {
  const id = must(contents.objectIdentifier(), 'x509: malformed extension OID field');
  const isCritical = contents.startsWith(TAG.boolean)
    ? must(contents.boolean(), 'x509: malformed extension critical field')
    : false;
  const value = must(contents.value(TAG.octetString), 'x509: malformed extension value field');
  return { id, isCritical, value };
}

/** The names that the index knows the holder of the key by: DNS, e-mail, addresses, URIs, Fulcio's OtherName. */
export function subjectsOf({ names, subjectAltName }: Certificate): string[] {
  if (names === undefined || subjectAltName === undefined) return [];
  const other = readOtherName(subjectAltName);
  const named = [...names.dns, ...names.emails, ...names.addresses, ...names.uris];
  return other === undefined ? named : [...named, other];
}
