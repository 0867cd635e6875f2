import { createPublicKey, X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidKey } from '../../../entries/pki/failures.ts';
import { type KeyMaterial, readKeyMaterial } from '../../../entries/pki/x509.ts';
import { chainOf, derOf, namesIn, patched, pemOf, vector } from './vectors.ts';

const text = (material: KeyMaterial) => Buffer.from(material.canonicalPem).toString();
const P256 = vector('valid/p256.pem').toString();

/** Why `pem` is refused. */
function refusal(pem: Uint8Array | string): string {
  try {
    readKeyMaterial(Buffer.from(pem));
  } catch (error) {
    if (error instanceof InvalidKey) return error.message;
    throw error;
  }
  return 'it is not';
}

describe('rekor-v1 §3.0: public keys', () => {
  it.each(namesIn('valid'))('valid/%s', (name) => {
    const pem = vector(`valid/${name}.pem`);
    const material = readKeyMaterial(pem);
    const exported = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    expect(text(material)).toBe(pem.toString());
    expect(Buffer.from(material.key.spki)).toStrictEqual(exported);
    expect(material.subjects).toStrictEqual([]);
    expect(material.judgeChain(() => {})).toEqual({ holds: true });
  });

  it.each([
    ['compressed-point', 'x509: failed to unmarshal elliptic curve point'],
    ['dsa', 'unsupported public key type'],
    ['explicit-curve', 'x509: invalid ECDSA parameters'],
    ['rsa-pkcs1', 'invalid public key: cannot handle type RSA PUBLIC KEY'],
    ['rsa-pkcs1-mislabelled', 'x509: failed to parse public key (use ParsePKCS1PublicKey instead for this key format)'],
    ['rsa-pss', 'x509: unknown public key algorithm'],
    ['secp256k1', 'x509: unsupported elliptic curve'],
    ['x25519', 'unsupported public key type'],
  ])('invalid/%s: %s', (name, words) => {
    expect(refusal(vector(`invalid/${name}.pem`))).toBe(words);
  });

  it('every file of invalid/ is in that list', () => {
    expect(namesIn('invalid').length).toBe(8);
  });

  it('what is said of keys', () => {
    const rsa = readKeyMaterial(vector('valid/rsa3072.pem')).key;
    expect(rsa.type === 'rsa' && [rsa.modulus.length, [...rsa.exponent]]).toStrictEqual([384, [1, 0, 1]]);
    const p521 = readKeyMaterial(vector('valid/p521.pem')).key;
    expect(p521.type === 'ecdsa' && [p521.curve, p521.point.length]).toStrictEqual(['P-521', 133]);
  });

  const p256 = derOf(vector('valid/p256.pem'));
  const rsa = derOf(vector('valid/rsa2048.pem'));
  const ed25519 = derOf(vector('valid/ed25519.pem'));
  it.each([
    ['trailing bytes', Buffer.concat([p256, Buffer.of(0)]), 'x509: trailing data after ASN.1 of public-key'],
    [
      'a point off the curve',
      Buffer.concat([p256.subarray(0, -1), Buffer.of((p256.at(-1) as number) ^ 1)]),
      'x509: failed to unmarshal elliptic curve point',
    ],
    [
      'a length that is not minimal',
      Buffer.concat([Buffer.from('3081', 'hex'), p256.subarray(1)]),
      'x509: malformed spki',
    ],
    ['an indefinite length', Buffer.concat([Buffer.from('3080', 'hex'), p256.subarray(2)]), 'x509: malformed spki'],
    ['nothing', Buffer.alloc(0), 'x509: malformed spki'],
    ['RSA without NULL', patched(rsa, '0500', '0501'), 'x509: RSA key missing NULL parameters'],
    ['a modulus of minus something', patched(rsa, '0282010100', '02820101ff'), 'x509: invalid RSA modulus'],
    [
      'an exponent of zero',
      patched(rsa, '0203010001', '0201000000'),
      'x509: RSA public exponent is not a positive number',
    ],
    ['an algorithm that nobody knows', patched(ed25519, '2b6570', '2b6569'), 'x509: unknown public key algorithm'],
    ['bits left over', patched(p256, '03420004', '03420104'), 'x509: failed to unmarshal elliptic curve point'],
    [
      'more bits left over than an octet has',
      patched(p256, '03420004', '03420904'),
      'x509: malformed subjectPublicKey',
    ],
  ])('%s', (_name, der, words) => {
    expect(refusal(pemOf('PUBLIC KEY', der))).toBe(words);
  });

  it('drops what follows in the sequence, as Go does', () => {
    const longer = Buffer.concat([Buffer.of(0x30, p256.length), p256.subarray(2), Buffer.from('0500', 'hex')]);
    expect(text(readKeyMaterial(pemOf('PUBLIC KEY', longer)))).toBe(P256);
  });
});

describe('RFC 7468 and encoding/pem: the text around a key', () => {
  it.each([
    ['CR LF', P256.replaceAll('\n', '\r\n')],
    ['no LF at the end', P256.trimEnd()],
    ['text before it', `a key:\n${P256}`],
    ['headers', P256.replace('-----\n', '-----\nProc-Type: 4\nComment:\n\n')],
    ['one long line', P256.replaceAll(/(?<=[^-])\n(?!-)/g, '')],
    ['blanks at the ends of lines', P256.replaceAll('\n', ' \t\n')],
    ['blanks in lines', P256.replaceAll('\n', '\n ').replace('\n -----END', '\n-----END').trimEnd()],
    ['white space of Unicode around it', `\u00a0\u2003\u0085${P256}\u3000\f`],
    ['a line that begins in vain', `-----BEGIN PUBLIC KEY-----\n${P256}`],
    ['a block that does not parse', `-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----\n${P256}`],
  ])('does not matter: %s', (_name, pem) => {
    expect(text(readKeyMaterial(Buffer.from(pem)))).toBe(P256);
  });

  it.each([
    ['nothing', ''],
    ['no block', 'hello'],
    ['a byte order mark', `\ufeff${P256}`],
    ['a block that begins inside a line', `x ${P256}`],
    ['an end of another label', P256.replace('END PUBLIC', 'END PRIVATE')],
    ['no end', P256.slice(0, 100)],
    ['text behind the end, in its line', P256.replace('END PUBLIC KEY-----', 'END PUBLIC KEY-----x')],
    ['the alphabet for URLs', P256.replace(/\n[A-Za-z0-9+/]/, '\n_')],
    ['a padding too much', P256.replace('\n-----END', '=\n-----END')],
    ['bytes that are no text', Buffer.alloc(1000, 0xff)],
  ])('there is no key in %s', (_name, pem) => {
    expect(refusal(pem)).toBe('invalid public key: failure decoding PEM');
  });

  it.each([
    ['text behind a key', `${P256}garbage`, 'x509: malformed serial number'],
    ['two keys', P256 + P256, 'x509: malformed serial number'],
    ['a key behind a certificate', chainOf('leaf').toString() + P256, 'x509: malformed serial number'],
    ['text behind a certificate', `${chainOf('leaf').toString()}garbage`, 'error during PEM decoding'],
    ['eleven certificates', chainOf(...Array<string>(11).fill('leaf')), 'too many certificates specified in PEM block'],
    [
      'another label',
      P256.replaceAll('PUBLIC KEY', 'EC PRIVATE KEY'),
      'invalid public key: cannot handle type EC PRIVATE KEY',
    ],
  ])('%s: %s', (_name, pem, words) => {
    expect(refusal(pem)).toBe(words);
  });

  it('a chain of ten is read, in order, whatever its labels', () => {
    const chain = chainOf('leaf', ...Array<string>(9).fill('root')).toString();
    expect(text(readKeyMaterial(Buffer.from(chain.replaceAll('\n', '\r\n'))))).toBe(chain);
    expect(text(readKeyMaterial(Buffer.from(chain.replaceAll('CERTIFICATE', 'X509'))))).toBe(chain);
  });
});

describe('RFC 5280: certificates', () => {
  const usable = namesIn('certificates').filter((name) => name !== 'x25519');
  it.each(usable)('certificates/%s', (name) => {
    const pem = chainOf(name);
    const material = readKeyMaterial(pem);
    const certificate = new X509Certificate(pem);
    expect(text(material)).toBe(pem.toString());
    expect(Buffer.from(material.key.spki)).toStrictEqual(certificate.publicKey.export({ type: 'spki', format: 'der' }));
    expect(material.judgeChain(() => {})).toEqual({ holds: true });
  });

  it('a key that signs nothing', () => {
    expect(refusal(chainOf('x25519'))).toBe('unsupported public key type');
  });

  const leaf = derOf(chainOf('leaf'));
  const serial = new X509Certificate(chainOf('leaf')).serialNumber.toLowerCase();
  it.each([
    ['trailing bytes', Buffer.concat([leaf, Buffer.of(0)]), 'x509: trailing data'],
    ['a serial number below zero', patched(leaf, serial.slice(0, 2), 'f0'), 'x509: negative serial number'],
    ['a version that is none', patched(leaf, 'a003020102', 'a003020103'), 'x509: invalid version'],
    [
      'two algorithms',
      patched(leaf, '2a8648ce3d040302', '2a8648ce3d040303'),
      "x509: inner and outer signature algorithm identifiers don't match",
    ],
    [
      'an extension twice',
      patched(leaf, '0603551d25', '0603551d0f'),
      'x509: certificate contains duplicate extension with OID "2.5.29.15"',
    ],
    [
      'a month 13',
      patched(
        leaf,
        Buffer.from(time(leaf)).toString('hex'),
        Buffer.from(time(leaf).replace(/^(..)../, '$113')).toString('hex'),
      ),
      'x509: malformed UTCTime',
    ],
    [
      'a name of bytes beyond ASCII',
      patched(leaf, Buffer.from('b.example').toString('hex'), Buffer.from('ÿ.exampl').toString('hex')),
      'x509: SAN dNSName is malformed',
    ],
    [
      'an address of five bytes',
      patched(leaf, '8704c0000207', '8705c0000207'),
      'x509: cannot parse IP address of length 5',
    ],
    [
      'a URI that is none',
      patched(leaf, Buffer.from('https://github').toString('hex'), Buffer.from('ht\tps://github').toString('hex')),
      'x509: cannot parse URI',
    ],
    ['a boolean that is neither', patched(leaf, '0101ff', '010101'), 'x509: malformed extension critical field'],
  ])('%s: %s', (_name, der, words) => {
    expect(refusal(pemOf('CERTIFICATE', der))).toContain(words);
  });

  it.each(['leaf', 'root', 'intermediate', 'rsa-root', 'leaf-other-name'])(
    'cut short anywhere, %s is refused',
    (name) => {
      const der = derOf(chainOf(name));
      for (let length = 0; length < der.length; length += 1)
        expect(refusal(pemOf('CERTIFICATE', der.subarray(0, length)))).toMatch(/^x509: /);
    },
  );

  it('with any bytes changed it is read or refused, never a crash', () => {
    let refused = 0;
    const change = fc.array(fc.tuple(fc.nat(leaf.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(change, (changes) => {
        const der = Buffer.from(leaf);
        for (const [at, byte] of changes) der[at] = byte;
        refused += refusal(pemOf('CERTIFICATE', der)) === 'it is not' ? 0 : 1;
      }),
      { numRuns: 2000, seed: 20_261_123 },
    );
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(2000);
  });
});

function time(der: Buffer): string {
  return /\d{12}Z/.exec(der.toString('latin1'))?.[0] ?? '';
}
