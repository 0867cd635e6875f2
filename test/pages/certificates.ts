import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
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
} from '../../testkit/der.ts';

/** Names that stand in a certificate, whatever they are. */
export interface HostileNames {
  /** Subject alternative name. */
  readonly uri: string;
  /** Fulcio's extension of that meaning. */
  readonly repository: string;
}

const ECDSA_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const { privateKey: issuerKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A certificate of Fulcio's form with the names of a stranger. @returns PEM */
export function certificateFor(publicKey: KeyObject, { uri, repository }: HostileNames): string {
  const name = (text: string): Buffer => set(sequence(objectIdentifier('2.5.4.3'), utf8String(text)));
  const extension = (id: string, value: Uint8Array): Buffer => sequence(objectIdentifier(id), octets(value));
  const extensions = context(
    3,
    true,
    sequence(
      extension('2.5.29.17', sequence(context(6, false, Buffer.from(uri)))),
      extension('1.3.6.1.4.1.57264.1.12', utf8String(repository)),
      extension('1.3.6.1.4.1.57264.1.21', utf8String(repository)),
    ),
  );
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const validity = sequence(utcTime('261123120000Z'), utcTime('261123121000Z'));
  const version = context(0, true, integer(Buffer.of(2)));
  const issuer = sequence(name('<b>issuer</b>'));
  const signed = sequence(version, integer(Buffer.of(5)), ECDSA_SHA256, issuer, validity, sequence(), spki, extensions);
  const der = sequence(signed, ECDSA_SHA256, bits(sign('sha256', signed, issuerKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
