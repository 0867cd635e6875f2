import { contextTag, DerReader, TAG } from '../../entries/pki/der.ts';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import { MalformedAnswer } from '../failures.ts';

/*
 * The parts of an RFC 3161 response that are checked: CMS signed data (RFC 5652 §5) with one signer around a TSTInfo (RFC 3161
 * §2.4.2). Only DER is read.
 */

/** A timestamp that was read, and in no way verified. */
export interface TimeStampToken {
  /** DER of the TSTInfo. */
  readonly info: Uint8Array;
  readonly infoType: string;
  readonly imprint: { readonly algorithm: DigestAlgorithm; readonly digest: Uint8Array };
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly signer: TokenSigner;
  /** Certificates that came with it, DER. */
  readonly certificates: readonly Uint8Array[];
}

export interface TokenSigner {
  /** DER of the issuer's name and the contents of the serial number. */
  readonly issuer: Uint8Array;
  readonly serial: Uint8Array;
  readonly digest: DigestAlgorithm;
  /** The signed attributes as they are signed: DER of a SET. */
  readonly signedAttributes: Uint8Array;
  /** The value of each attribute that stands there once with one value, by its object identifier. */
  readonly attributes: ReadonlyMap<string, DerReader>;
  readonly signature: Uint8Array;
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const MOST_CERTIFICATES = 10;
const MOST_BYTES = 65_536;

const DIGESTS: Readonly<Record<string, DigestAlgorithm>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** @param response - a TimeStampResp in DER @throws MalformedAnswer that says which part cannot be read */
export function readTimeStampToken(response: Uint8Array): TimeStampToken {
  if (response.length > MOST_BYTES) throw malformed(`its length of ${response.length} bytes`);
  const data = readSignedData(response);
  part(data.integer(), 'the version of the signed data');
  part(data.enter(TAG.set), 'the digest algorithms');
  const encapsulated = part(data.enter(TAG.sequence), 'the content');
  const infoType = part(encapsulated.objectIdentifier(), 'the type of the content');
  const info = part(encapsulated.enter(contextTag(0, 'constructed'))?.value(TAG.octetString), 'the content');
  const certificates = readCertificates(data.enter(contextTag(0, 'constructed')));
  data.skipOptional(contextTag(1, 'constructed'));
  const signers = part(data.enter(TAG.set), 'the signers');
  const signer = readSigner(part(signers.enter(TAG.sequence), 'the signer'));
  if (!signers.isEmpty || !data.isEmpty) throw malformed('the signers, of whom there have to be one,');
  return { info, infoType, ...readInfo(info), signer, certificates };
}

/** The contents of the SignedData in a response that grants. */
function readSignedData(response: Uint8Array): DerReader {
  const input = new DerReader(response);
  const whole = part(input.enter(TAG.sequence), 'the response');
  if (!input.isEmpty) throw malformed('the end');
  const status = part(whole.enter(TAG.sequence)?.integer(), 'the status');
  if (status.length !== 1 || (status[0] ?? 2) > 1) throw malformed('the status, which is not "granted",');
  const content = part(whole.enter(TAG.sequence), 'the token');
  if (content.objectIdentifier() !== SIGNED_DATA) throw malformed('the token, which is no signed data,');
  return part(content.enter(contextTag(0, 'constructed'))?.enter(TAG.sequence), 'the signed data');
}

function readCertificates(list: DerReader | undefined): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  while (list !== undefined && !list.isEmpty) {
    if (certificates.length === MOST_CERTIFICATES) throw malformed('the certificates, of which there are too many,');
    certificates.push(part(list.element(TAG.sequence), 'the certificates').bytes);
  }
  return certificates;
}

function readSigner(signer: DerReader): TokenSigner {
  part(signer.integer(), 'the version of the signer');
  const id = part(signer.enter(TAG.sequence), 'the issuer and serial number of the signer');
  const issuer = part(id.element(TAG.sequence), 'the issuer of the signer').bytes;
  const serial = part(id.integer(), 'the serial number of the signer');
  const digest = part(readDigest(signer), 'the digest of the signer');
  const attributes = part(signer.element(contextTag(0, 'constructed')), 'the signed attributes').bytes;
  part(signer.enter(TAG.sequence), 'the signature algorithm');
  const signature = part(signer.value(TAG.octetString), 'the signature');
  const signedAttributes = attributes.slice();
  signedAttributes[0] = TAG.set; // RFC 5652 §5.4: the tag of a SET, and not the implicit one
  return { issuer, serial, digest, signedAttributes, attributes: readAttributes(signedAttributes), signature };
}

function readAttributes(set: Uint8Array): ReadonlyMap<string, DerReader> {
  const list = part(new DerReader(set).enter(TAG.set), 'the signed attributes');
  const attributes = new Map<string, DerReader>();
  while (!list.isEmpty) {
    const attribute = part(list.enter(TAG.sequence), 'a signed attribute');
    const id = part(attribute.objectIdentifier(), 'a signed attribute');
    if (attributes.has(id)) throw malformed('a signed attribute that is there twice,');
    attributes.set(id, part(attribute.enter(TAG.set), 'a signed attribute'));
  }
  return attributes;
}

/** Returns the digest of an AlgorithmIdentifier; undefined for those that are not known here. */
export function readDigest(reader: DerReader): DigestAlgorithm | undefined {
  return DIGESTS[reader.enter(TAG.sequence)?.objectIdentifier() ?? ''];
}

function readInfo(bytes: Uint8Array): Pick<TimeStampToken, 'imprint' | 'time'> {
  const info = part(new DerReader(bytes).enter(TAG.sequence), 'the TSTInfo');
  part(info.integer(), 'the version of the TSTInfo');
  part(info.objectIdentifier(), 'the policy of the TSTInfo');
  const imprint = part(info.enter(TAG.sequence), 'the message imprint');
  const algorithm = part(readDigest(imprint), 'the digest of the message imprint');
  const digest = part(imprint.value(TAG.octetString), 'the message imprint');
  part(info.integer(), 'the serial number of the TSTInfo');
  const time = part(readTime(info.value(TAG.generalizedTime)), 'the time');
  return { imprint: { algorithm, digest }, time };
}

const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/;

/** RFC 3161 §2.4.2: UTC, with a fraction of a second or without. */
function readTime(bytes: Uint8Array | undefined): number | undefined {
  const match = GENERALIZED_TIME.exec(new TextDecoder('latin1').decode(bytes ?? new Uint8Array()));
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function part<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw malformed(name);
  return value;
}

function malformed(name: string): MalformedAnswer {
  return new MalformedAnswer(`${name} of the timestamp cannot be read`);
}
