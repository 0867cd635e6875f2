import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bits, context, der, objectIdentifier, sequence, utcTime, utf8String } from '../../../testkit/der.ts';
import { readCertificate, subjectsOf } from '../../../entries/pki/certificate.ts';
import { judgeCertificateSignature } from '../../../entries/pki/certificate-signature.ts';
import { nodeSignatures } from '../../../entries/signatures/node-signatures.ts';
import { readDerKey } from '../../../entries/pki/x509.ts';
import { reasonOf } from '../../support/verdicts.ts';
import type { GoRelease } from '../../../entries/pki/go-release.ts';
import { certificateOf, type CertificateParts, extension, newP256, signedBy, spkiOf } from './certificates.ts';

/*
 * Every verdict here was asked of Go itself: crypto/x509 of 1.25 (as in Rekor 1.5.4) and 1.27 (as in rekor-tiles 2.4.1),
 * and sigstore's own reader of OtherName.
 */

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const ecdsa = newP256();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

type Parts = Partial<CertificateParts>;

const certificate = (parts: Parts): Buffer =>
  certificateOf({ spki: spkiOf(ecdsa.publicKey), signature: signedBy(ecdsa.privateKey), ...parts });

function isRead(parts: Parts, release: GoRelease): boolean {
  try {
    readCertificate(certificate(parts), release);
    return true;
  } catch {
    return false;
  }
}

const readBy = (parts: Parts) => [isRead(parts, 'go1.25'), isRead(parts, 'go1.27')];

describe('attributes of a name that are no character strings', () => {
  const text = (value: string) => Buffer.from(value).toString('hex');
  it.each([
    ...['00', 'ff'].map((value) => [0x01, value, true] as const),
    ...['01', '', '0000'].map((value) => [0x01, value, false] as const),
    ...['00', '7f', '0080', '80', 'ff7f', '7fffffffffffffff'].map((value) => [0x02, value, true] as const),
    ...['', '0001', 'ff80', '010000000000000000'].map((value) => [0x02, value, false] as const),
    ...['00', '0780', '00ff', '04f0'].map((value) => [0x03, value, true] as const),
    ...['', '01', '0781', '0880', '04f1'].map((value) => [0x03, value, false] as const),
    ...['2a', '550403'].map((value) => [0x06, value, true] as const),
    ...['', '80', '2a80'].map((value) => [0x06, value, false] as const),
    ...['261123120000Z', '2611231200Z', '2611231200+0100'].map((value) => [0x17, text(value), true] as const),
    ...['', '261123120000', '261123120000+0000', '261323120000Z'].map((value) => [0x17, text(value), false] as const),
    ...['20261123120000Z', '20261123120000+0100'].map((value) => [0x18, text(value), true] as const),
    ...['202611231200Z', '20261123120000.5Z'].map((value) => [0x18, text(value), false] as const),
    ...[0x04, 0x05, 0x0a, 0x1b, 0x1c, 0x30, 0x31, 0x80, 0xa0, 0xc0].map((tag) => [tag, 'ff', true] as const),
  ])('of tag %i and value "%s" are taken by Go 1.27: %s, by Go 1.25 never', (tag, value, taken) => {
    expect(readBy({ issuer: der(tag, hex(value)) })).toEqual([false, taken]);
  });
});

describe('name constraints: their syntax', () => {
  const [MAILBOX, DNS, URI] = [1, 2, 6] as const;
  const constraint = (kind: number, text: string) => ({
    extensions: [
      extension('2.5.29.30', sequence(context(0, true, sequence(context(kind, false, Buffer.from(text, 'latin1')))))),
    ],
  });
  const refused = ['.', 'a.', '..a', 'a..b', 'a b', 'a\0', 'a\x7f', 'a@b.', 'a@..b', ' ', 'a.'.repeat(130)];
  const taken = ['', '.a', 'a', 'a_b', '-a', '*.a', '[::1]', 'a:1', 'a'.repeat(64), '0x7f.1', '256.1.1.1'];
  for (const kind of [MAILBOX, DNS, URI]) {
    it.each(refused)(`[${kind}] %j is refused`, (text) =>
      expect(readBy(constraint(kind, text))).toEqual([false, false]),
    );
    it.each(taken)(`[${kind}] %j is taken`, (text) => expect(readBy(constraint(kind, text))).toEqual([true, true]));
  }
  it.each(['1.2.3.4', '::1'])('a URI %j is refused as an address, a DNS name is not', (text) => {
    expect([readBy(constraint(URI, text)), readBy(constraint(DNS, text))]).toEqual([
      [false, false],
      [true, true],
    ]);
  });
  it.each(['@', '@a', '.@a', '.a@b', 'a.@b', 'a@.b', 'mailto:a@b', '"@b', '<a@b>', 'a(b)@c', 'a,b@c', 'a b@c'])(
    'a mailbox %j is refused',
    (text) => expect(readBy(constraint(MAILBOX, text))).toEqual([false, false]),
  );
  it.each(['a@b', 'a.b@c', '"a b"@c', '"a\\"b"@c', 'a\\b@c', 'a@', 'a@1.2.3.4'])('a mailbox %j is taken', (text) => {
    expect(readBy(constraint(MAILBOX, text))).toEqual([true, true]);
  });
  it('a mailbox with two @ is taken by Go 1.25 alone', () => {
    expect(readBy(constraint(MAILBOX, 'a@b@c'))).toEqual([true, false]);
  });
});

describe('times: an offset has at most 59 minutes', () => {
  it.each([
    ['261123120000+0059', true],
    ['261123120000-0060', false],
    ['261123120000+0160', false],
  ])('%s is taken: %s', (text, taken) => {
    expect(readBy({ notBefore: utcTime(text) })).toEqual([taken, taken]);
  });
});

describe('URIs of a subject', () => {
  const uri = (text: string) => ({
    extensions: [extension('2.5.29.17', sequence(context(6, false, Buffer.from(text))))],
  });
  it('a web address with two colons in its host is taken by Go 1.25 alone', () => {
    expect(readBy(uri('https://a:1:2/'))).toEqual([true, false]);
    expect(readBy(uri('ftp://a:1:2/'))).toEqual([true, true]);
  });
});

describe('BIT STRINGs with unused bits', () => {
  /** Needs as many zeros in front as bits are unused. */
  const shifted = (value: Buffer, unused: number): Buffer => {
    const number = BigInt(`0x${value.toString('hex')}`) * 2n ** BigInt(unused);
    return der(0x03, Buffer.concat([Buffer.of(unused), hex(number.toString(16).padStart(2 * value.length, '0'))]));
  };

  it('a key and a signature are shifted to the right', () => {
    const spki = ecdsa.publicKey.export({ type: 'spki', format: 'der' });
    const point = spki.subarray(-65);
    const identifier = spki.subarray(2, spki.length - point.length - 3);
    const parts = {
      spki: sequence(identifier, shifted(point, 4)),
      signature: (signed: Buffer) => shifted(sign('sha256', signed, ecdsa.privateKey), 1),
    };
    const read = readCertificate(certificate(parts), 'go1.25');
    const { key } = readDerKey(spki);
    expect(read.key).toEqual(key);
    expect(judgeCertificateSignature(read, key, nodeSignatures)).toEqual({ holds: true });
    expect(
      isRead({ spki: sequence(identifier, der(0x03, Buffer.concat([hex('01'), point.with(64, 1)]))) }, 'go1.25'),
    ).toBe(false);
  });
});

describe('RSASSA-PSS parameters', () => {
  const SHA256 = hex('0609608648016503040201');
  const identifier = sequence(SHA256, hex('0500'));
  const mask = sequence(hex('06092a864886f70d010108'), identifier);
  const members = [context(0, true, identifier), context(1, true, mask), context(2, true, hex('020120'))];
  const trailer = (value: string) => context(3, true, hex(value));
  const { key } = readDerKey(rsa.publicKey.export({ type: 'spki', format: 'der' }));

  function refusal(parameters: readonly Buffer[]): string | undefined {
    const algorithm = sequence(objectIdentifier('1.2.840.113549.1.1.10'), sequence(...parameters));
    const signature = (signed: Buffer) =>
      bits(sign('sha256', signed, { key: rsa.privateKey, padding: 6, saltLength: 32 }));
    const read = readCertificate(certificate({ algorithm, signature }), 'go1.25');
    return reasonOf(judgeCertificateSignature(read, key, nodeSignatures));
  }

  it.each([
    ['no trailer', []],
    ['the default trailer, spelled out', [trailer('020101')]],
    ['the default trailer and more behind it', [trailer('020101'), hex('0500')]],
    ['a member of another tag', [context(4, true, hex('020101'))]],
  ])('with %s are taken', (_, more) => {
    expect(refusal([...members, ...more])).toBeUndefined();
  });

  it.each([
    ['trailer 0', [trailer('020100')]],
    ['trailer 2', [trailer('020102')]],
    ['an empty trailer', [trailer('')]],
    ['a trailer that is padded', [trailer('02020001')]],
    ['an empty member at the end', [hex('0500')]],
  ])('with %s are refused', (_, more) => {
    expect(refusal([...members, ...more])).toBe('x509: cannot verify signature: algorithm unimplemented');
  });

  it('with another salt, or none, are refused', () => {
    expect(refusal([...members.slice(0, 2), context(2, true, hex('020121'))])).toMatch(/unimplemented/);
    expect(refusal(members.slice(0, 2))).toMatch(/unimplemented/);
  });
});

describe("Fulcio's OtherName", () => {
  function nameIn(value: Buffer, wrapped = context(0, true, value)): string | undefined {
    const other = context(0, true, objectIdentifier('1.3.6.1.4.1.57264.1.7'), wrapped);
    const read = readCertificate(certificate({ extensions: [extension('2.5.29.17', sequence(other))] }), 'go1.25');
    return subjectsOf(read)[0];
  }

  it.each([
    ['UTF8String', 0x0c, 'c3a9', 'é'],
    ['NumericString', 0x12, '3120', '1 '],
    ['PrintableString', 0x13, '612a', 'a*'],
    ['T61String', 0x14, 'ff', 'ÿ'],
    ['IA5String', 0x16, '40', '@'],
    ['GeneralString', 0x1b, 'c3a9', 'Ã©'],
    ['BMPString', 0x1e, '0061c3a9', 'a쎩'],
  ])('%s is read', (_, tag, value, text) => {
    expect(nameIn(der(tag, hex(value)))).toBe(text);
  });

  it.each([
    ['UTF8String', 0x0c, 'ff'],
    ['NumericString', 0x12, '61'],
    ['PrintableString', 0x13, '40'],
    ['IA5String', 0x16, 'ff'],
    ['BMPString', 0x1e, '61'],
    ['VisibleString', 0x1a, '61'],
    ['OCTET STRING', 0x04, '61'],
  ])('%s that is none of its type is no name', (_, tag, value) => {
    expect(nameIn(der(tag, hex(value)))).toBeUndefined();
  });

  it('the length of its wrapper is not looked at, unless it is zero', () => {
    const withLength = (length: number): Buffer => {
      const wrapped = Buffer.from(context(0, true, utf8String('abc')));
      wrapped[1] = length;
      return wrapped;
    };
    for (const length of [4, 5, 6, 64]) expect(nameIn(Buffer.alloc(0), withLength(length))).toBe('abc');
    expect(nameIn(Buffer.alloc(0), withLength(0))).toBeUndefined();
  });
});
