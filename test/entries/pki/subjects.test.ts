import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipText } from '../../../entries/pki/ip-address.ts';
import { rewritten, uriText } from '../../../entries/pki/uri.ts';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { chainOf } from './vectors.ts';

const subjects = (...names: readonly string[]) => readKeyMaterial(chainOf(...names)).subjects;

const NAMES = [
  'b.example',
  'a.example',
  'Ada@Example.com',
  '192.0.2.7',
  '2001:db8::1:0:0:1',
  '192.0.2.9',
  'https://github.com/example/repo/.github/workflows/release.yml@refs/heads/main',
];

describe('rekor-v1 §4: who a certificate says it is', () => {
  it('DNS names, e-mail addresses, addresses, URIs: each in their order', () => {
    expect(subjects('leaf')).toStrictEqual(NAMES);
  });

  it('those of the first certificate of a chain', () => {
    expect(subjects('leaf', 'intermediate', 'root')).toStrictEqual(NAMES);
    expect(subjects('root', 'leaf')).toStrictEqual([]);
  });

  it.each([
    ['leaf-other-name', ['jane-doe']],
    ['leaf-two-other-names', ['x']],
    ['leaf-foreign-other-name', ['x']],
  ])('an OtherName counts if it is one, and Fulcio’s: %s', (name, expected) => {
    expect(subjects(name)).toStrictEqual(expected);
  });
});

describe('RFC 5952 as Go prints it', () => {
  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000000', '2001:db8::'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['00010000000200000003000000040005', '1:0:2:0:3:0:4:5'],
    ['00000000000000000000ffffc0000201', '192.0.2.1'],
    ['c0000201', '192.0.2.1'],
  ])('%s is %s', (hex, text) => {
    expect(ipText(Buffer.from(hex, 'hex'))).toBe(text);
  });
});

describe('RFC 3986 as Go’s net/url reads and writes it', () => {
  it.each([
    'https://token.actions.githubusercontent.com',
    'spiffe://example.org/ns/a',
    'https://host:8443/a?b=%zz#frag',
    'urn:uuid:1234',
    'https://user:p%40ss@host/',
    '//host/path',
    'relative/path',
    'https://[2001:db8::1]:80/',
    'https://[fe80::1%25eth0]/',
    '',
    'file:///etc/x',
    'a:/b/c',
    'https://host/a%2fb%2Fc',
    'https://host/?',
  ])('%s stays', (uri) => {
    expect(uriText(uri, 'go1.27')).toBe(uri);
  });

  it('a URI that is taken as it is would be written so', () => {
    const char = fc.constantFrom(...'abz019-._~$&+,/:;=@!()*AZ[]%?#<é \t'.split(''));
    const text = fc.tuple(
      fc.constantFrom('https://', 'http://', 'spiffe://', 'urn:', '//', 'HTTPS://', 'a1://', ''),
      fc.array(char, { maxLength: 14 }).map((chars) => chars.join('')),
    );
    const attempt = (write: typeof uriText, uri: string) => {
      try {
        return write(uri, 'go1.27');
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(text, (parts) => {
        const uri = parts.join('');
        expect(attempt(uriText, uri)).toBe(attempt(rewritten, uri));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['HTTPS://Host/Path', 'https://Host/Path'],
    ['https://host/a b"c', 'https://host/a%20b%22c'],
    ['https://host/a%2fb c', 'https://host/a/b%20c'],
    ['https://host/#', 'https://host/'],
    ['https://host/x#a b', 'https://host/x#a%20b'],
    ['https://us%7Eer@host/', 'https://us~er@host/'],
    ['https://host/x#a\u0001', 'https://host/x#a%01'],
    ['https://[fe80::1%25eth%30]:80/', 'https://[fe80::1%25eth0]:80/'],
  ])('%s becomes %s', (uri, text) => {
    expect(uriText(uri, 'go1.27')).toBe(text);
  });

  it.each([
    ['https://host/%', 'invalid URL escape "%"'],
    ['https://host/%zz', 'invalid URL escape "%zz"'],
    [':x', 'missing protocol scheme'],
    ['a b:c', 'first path segment in URL cannot contain colon'],
    ['https://ho st/', 'invalid character " " in host name'],
    ['https://host:x/', 'invalid port ":x" after host'],
    ['https://host./', 'invalid domain'],
    ['https://a..b/', 'invalid domain'],
    ['https://us er@host/', 'net/url: invalid userinfo'],
    ['https://[::1/', "missing ']' in host"],
    ['https://[1.2.3.4]/', 'invalid IP-literal'],
    ['https://[::1%25]/', 'invalid IP-literal'],
    ['https://a:1:2/', 'invalid port ":1:2" after host'],
    ['x\u0000y', 'net/url: invalid control character in URL'],
  ])('%s is refused', (uri, words) => {
    expect(() => uriText(uri, 'go1.27')).toThrow(words);
  });
});
