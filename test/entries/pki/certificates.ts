import { type KeyObject, generateKeyPairSync, sign } from 'node:crypto';
import {
  bits,
  context,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  utcTime,
  utf8String,
} from '../../../testkit/der.ts';

const ECDSA_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = objectIdentifier('2.5.4.3');
const [VERSION_3, SERIAL] = [context(0, true, integer(Buffer.of(2))), integer(Buffer.of(0x5a))];

export const newP256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Of a certificate that is made for a test: everything has a default, and anything may be wrong. DER. */
export interface CertificateParts {
  /** Value of the common name, with its tag. */
  readonly issuer?: Buffer;
  /** The same; without it the subject is empty. */
  readonly subject?: Buffer;
  readonly extensions?: readonly Buffer[];
  readonly algorithm?: Buffer;
  readonly notBefore?: Buffer;
  readonly notAfter?: Buffer;
  readonly spki: Buffer;
  readonly signature: (toBeSigned: Buffer) => Buffer;
}

export function certificateOf(parts: CertificateParts): Buffer {
  const { issuer = utf8String('issuer'), subject, extensions = [], algorithm = ECDSA_SHA256 } = parts;
  const { notBefore = utcTime('261123120000Z'), notAfter = utcTime('361123121000Z'), spki, signature } = parts;
  const validity = sequence(notBefore, notAfter);
  const names = [nameOf(issuer), validity, subject ? nameOf(subject) : sequence()];
  const values = extensions.length === 0 ? [] : [context(3, true, sequence(...extensions))];
  const signed = sequence(VERSION_3, SERIAL, algorithm, ...names, spki, ...values);
  return sequence(signed, algorithm, signature(signed));
}

export const nameOf = (value: Buffer) => sequence(set(sequence(COMMON_NAME, value)));

/** DER `SubjectPublicKeyInfo`. */
export const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

export const signedBy = (key: KeyObject) => (toBeSigned: Buffer) => bits(sign('sha256', toBeSigned, key));

export const extension = (id: string, ...values: readonly Uint8Array[]) =>
  sequence(objectIdentifier(id), octets(...values));
