import { hash, type KeyObject, sign } from 'node:crypto';
import {
  context,
  der,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  utcTime,
  utf8String,
} from '../../testkit/der.ts';
import { certificateOf, extension, nameOf, newP256, signedBy, spkiOf } from '../entries/pki/certificates.ts';

/* A certificate authority, a certificate log and a timestamp authority whose every word can be made wrong. */

export const SUBJECT = 'ann@example.test';
export const ISSUER = 'https://issuer.test';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
export const MINUTE = 60_000;

export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const TRUE = der(0x01, Buffer.of(0xff));
export const timeOf = (time: number): Buffer =>
  utcTime(`${new Date(time).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`);
export const critical = (id: string, value: Buffer): Buffer => sequence(objectIdentifier(id), TRUE, octets(value));
export const usage = (...ids: readonly string[]): Buffer =>
  extension('2.5.29.37', sequence(...ids.map(objectIdentifier)));

/** Of a certificate of an authority. */
export interface AuthorityWords {
  readonly isCa?: boolean;
  readonly pathLength?: number;
  readonly notAfter?: number;
  readonly extensions?: readonly Buffer[];
}

/** The holder of a name and a key that signs certificates. */
export interface Authority {
  readonly name: string;
  readonly keys: Keys;
  readonly certificate: Buffer;
}

/** @param issuer - itself if it is left out */
export function authority(name: string, words: AuthorityWords = {}, issuer?: Authority, keys = newP256()): Authority {
  const { isCa = true, pathLength, notAfter = Date.now() + 60 * MINUTE, extensions = [] } = words;
  const limits = pathLength === undefined ? [] : [integer(Buffer.of(pathLength))];
  const by = issuer ?? { name, keys };
  const certificate = certificateOf({
    issuer: utf8String(by.name),
    subject: utf8String(name),
    extensions: [critical('2.5.29.19', sequence(...(isCa ? [TRUE] : []), ...limits)), ...extensions],
    notBefore: timeOf(Date.now() - 600 * MINUTE),
    notAfter: timeOf(notAfter),
    spki: spkiOf(keys.publicKey),
    signature: signedBy(by.keys.privateKey),
  });
  return { name, keys, certificate };
}

/** Of a signer's certificate. */
export interface LeafWords {
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly subject?: string;
  /** Undefined leaves the extension out. */
  readonly issuer?: string | undefined;
  readonly extensions?: readonly Buffer[];
  /** Makes the timestamps of logs from the certificate without them. */
  readonly timestamps?: (toBeSigned: Buffer) => readonly Buffer[];
}

const EMPTY_SIGNATURE = () => Buffer.alloc(0);

/** DER. @param log - that promises to hold it */
export function leafOf(issuer: Authority, log: Keys, publicKey: KeyObject, words: LeafWords = {}): Buffer {
  const { notBefore = Date.now() - MINUTE, notAfter = Date.now() + 9 * MINUTE, subject = SUBJECT } = words;
  const named = 'issuer' in words ? words.issuer : ISSUER;
  const { extensions = [usage(CODE_SIGNING)] } = words;
  const parts = {
    issuer: utf8String(issuer.name),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    spki: spkiOf(publicKey),
  };
  const before = [
    critical('2.5.29.17', sequence(context(1, false, Buffer.from(subject)))),
    ...(named === undefined ? [] : [extension('1.3.6.1.4.1.57264.1.8', utf8String(named))]),
    ...extensions,
  ];
  let signed: Buffer = Buffer.alloc(0);
  certificateOf({ ...parts, extensions: before, signature: (bytes) => ((signed = bytes), EMPTY_SIGNATURE()) });
  const { timestamps = (bytes: Buffer) => [timestampOf(issuer, log, bytes)] } = words;
  const list = timestamps(signed);
  const all = list.length === 0 ? before : [...before, timestampList(list)];
  return certificateOf({ ...parts, extensions: all, signature: signedBy(issuer.keys.privateKey) });
}

const sized = (width: number, bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(width);
  length.writeUIntBE(bytes.length, 0, width);
  return Buffer.concat([length, bytes]);
};

const timestampList = (list: readonly Buffer[]): Buffer =>
  extension('1.3.6.1.4.1.11129.2.4.2', octets(sized(2, Buffer.concat(list.map((one) => sized(2, one))))));

/** RFC 6962 §3.2. @param id - key that the log goes by, where it is not its own */
export function timestampOf(issuer: Authority, log: Keys, toBeSigned: Buffer, id = log.publicKey): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Date.now()));
  const issuerKey = hash('sha256', spkiOf(issuer.keys.publicKey), 'buffer');
  const signed = [Buffer.of(0, 0), time, Buffer.of(0, 1), issuerKey, sized(3, toBeSigned), Buffer.of(0, 0)];
  const signature = sign('sha256', Buffer.concat(signed), log.privateKey);
  const logId = hash('sha256', spkiOf(id), 'buffer');
  return Buffer.concat([Buffer.of(0), logId, time, Buffer.of(0, 0, 4, 3), sized(2, signature)]);
}

/** The signer of a timestamp authority. */
export function stamperOf(root: Authority, purposes = usageOfStamper(TIME_STAMPING)): Authority {
  const keys = newP256();
  const certificate = certificateOf({
    issuer: utf8String(root.name),
    subject: utf8String('the stamper'),
    extensions: [purposes],
    notBefore: timeOf(Date.now() - 600 * MINUTE),
    notAfter: timeOf(Date.now() + 60 * MINUTE),
    spki: spkiOf(keys.publicKey),
    signature: signedBy(root.keys.privateKey),
  });
  return { name: root.name, keys, certificate };
}

export const usageOfStamper = (...ids: readonly string[]): Buffer =>
  critical('2.5.29.37', sequence(...ids.map(objectIdentifier)));

const SHA256 = sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'));
const TST_INFO = objectIdentifier('1.2.840.113549.1.9.16.1.4');
const attribute = (id: string, value: Buffer): Buffer => sequence(objectIdentifier(id), set(value));

/** Of a timestamp. */
export interface StampWords {
  readonly time?: number;
  /** Bytes in place of those that the attributes name. */
  readonly digestOf?: Buffer;
  readonly certificate?: Buffer;
}

/** RFC 3161 §2.4.2, in DER. `stamper` has the name of its issuer. */
export function timeStamp(stamper: Authority, signature: Uint8Array, words: StampWords = {}): Buffer {
  const time = new Date(words.time ?? Date.now()).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  const one = integer(Buffer.of(1));
  const imprint = sequence(SHA256, octets(hash('sha256', signature, 'buffer')));
  const info = sequence(one, objectIdentifier('1.2.3.4'), imprint, one, der(0x18, Buffer.from(`${time}Z`)));
  const certificateHash = octets(hash('sha256', words.certificate ?? stamper.certificate, 'buffer'));
  const attributes = [
    attribute('1.2.840.113549.1.9.3', TST_INFO),
    attribute('1.2.840.113549.1.9.4', octets(hash('sha256', words.digestOf ?? info, 'buffer'))),
    attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(sequence(certificateHash)))),
  ];
  const signer = sequence(
    one,
    sequence(nameOf(utf8String(stamper.name)), integer(Buffer.of(0x5a))),
    SHA256,
    context(0, true, ...attributes),
    sequence(objectIdentifier('1.2.840.10045.4.3.2')),
    octets(sign('sha256', set(...attributes), stamper.keys.privateKey)),
  );
  const content = sequence(TST_INFO, context(0, true, octets(info)));
  const data = sequence(integer(Buffer.of(3)), set(SHA256), content, set(signer));
  const token = sequence(objectIdentifier('1.2.840.113549.1.7.2'), context(0, true, data));
  return sequence(sequence(integer(Buffer.of(0))), token);
}
