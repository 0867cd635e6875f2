import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, context, der, integer, objectIdentifier, octets, sequence, set, utcTime, utf8String } from './der.ts';

/*
 * Certificates as Fulcio's issue them for a GitHub workflow: same extensions, same size, valid for ten minutes. The
 * log reads key and names out of them and looks at no dates.
 */

const REPOSITORY = 'https://github.com/example-organisation/example-repository';
const WORKFLOW = `${REPOSITORY}/.github/workflows/release-and-publish.yml@refs/tags/v1.24.3`;
const COMMIT = '5a2b3c4d5e6f708192a3b4c5d6e7f80912a3b4c5';

/** Fulcio's own extensions, 1.3.6.1.4.1.57264.1.N. The first six are bare text, the others UTF8String. */
const CLAIMS: readonly (readonly [number, string])[] = [
  [1, 'https://token.actions.githubusercontent.com'],
  [2, 'push'],
  [3, COMMIT],
  [4, 'Release and publish'],
  [5, 'example-organisation/example-repository'],
  [6, 'refs/tags/v1.24.3'],
  [8, 'https://token.actions.githubusercontent.com'],
  [9, WORKFLOW],
  [10, COMMIT],
  [11, 'github-hosted'],
  [12, REPOSITORY],
  [13, COMMIT],
  [14, 'refs/tags/v1.24.3'],
  [15, '123456789'],
  [16, 'https://github.com/example-organisation'],
  [17, '12345678'],
  [18, WORKFLOW],
  [19, COMMIT],
  [20, 'push'],
  [21, `${REPOSITORY}/actions/runs/12345678901/attempts/1`],
  [22, 'public'],
];

const ECDSA_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const ISSUER = sequence(name('2.5.4.10', 'sigstore.dev'), name('2.5.4.3', 'sigstore-intermediate'));
const VALIDITY = sequence(utcTime('261123120000Z'), utcTime('261123121000Z'));
const NO_SUBJECT = sequence();

export interface Issuer {
  /** @returns PEM */
  issue(publicKey: KeyObject): string;
}

export function newIssuer(): Issuer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const fixed = fixedExtensions();
  return {
    issue: (publicKey) => {
      const spki = publicKey.export({ type: 'spki', format: 'der' });
      const extensions = context(
        3,
        true,
        sequence(...fixed, extension('2.5.29.14', octets(randomBytes(20))), timestampList()),
      );
      const version = context(0, true, integer(Buffer.of(2)));
      const serial = integer(Buffer.concat([Buffer.of(0x5a), randomBytes(19)])); // DER writes no leading zeros
      const signed = sequence(version, serial, ECDSA_SHA256, ISSUER, VALIDITY, NO_SUBJECT, spki, extensions);
      return toPem(sequence(signed, ECDSA_SHA256, bits(sign('sha256', signed, privateKey))));
    },
  };
}

function name(id: string, text: string): Buffer {
  return set(sequence(objectIdentifier(id), utf8String(text)));
}

function extension(id: string, value: Uint8Array, critical = false): Buffer {
  const flag = critical ? [der(0x01, Buffer.of(0xff))] : [];
  return sequence(objectIdentifier(id), ...flag, octets(value));
}

function fixedExtensions(): readonly Buffer[] {
  const claims = CLAIMS.map(([number, text]) =>
    extension(`1.3.6.1.4.1.57264.1.${number}`, number < 8 ? Buffer.from(text) : utf8String(text)),
  );
  return [
    extension('2.5.29.15', bits(Buffer.of(0x80), 7), true),
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.3'))),
    extension('2.5.29.35', sequence(context(0, false, randomBytes(20)))),
    extension('2.5.29.17', sequence(context(6, false, Buffer.from(WORKFLOW))), true),
    ...claims,
  ];
}

/** As long as a certificate transparency log's receipt; nobody here reads it. */
function timestampList(): Buffer {
  return extension('1.3.6.1.4.1.11129.2.4.2', octets(randomBytes(122)));
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
