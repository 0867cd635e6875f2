import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { context, sequence, utf8String } from '../../testkit/der.ts';
import { certificateOf, extension, signedBy, spkiOf } from '../entries/pki/certificates.ts';

/** Names that stand in a certificate, whatever they are. */
export interface HostileNames {
  /** Subject alternative name. */
  readonly uri: string;
  /** Fulcio's extension of that meaning. */
  readonly repository: string;
}

const { privateKey: issuerKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A certificate of Fulcio's form with the names of a stranger. @returns PEM */
export function certificateFor(publicKey: KeyObject, { uri, repository }: HostileNames): string {
  const der = certificateOf({
    issuer: utf8String('<b>issuer</b>'),
    extensions: [
      extension('2.5.29.17', sequence(context(6, false, Buffer.from(uri)))),
      extension('1.3.6.1.4.1.57264.1.12', utf8String(repository)),
      extension('1.3.6.1.4.1.57264.1.21', utf8String(repository)),
    ],
    spki: spkiOf(publicKey),
    signature: signedBy(issuerKey),
  });
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
