import { describe, expect, it } from 'vitest';
import { isEmail } from '../../server/http/bodies/email.ts';
import { readLogQuery } from '../../server/http/bodies/log-query.ts';
import { questionOf, readSearchIndex } from '../../server/http/bodies/search-index.ts';
import { InvalidRequest, UnreadableBody } from '../../server/http/failures.ts';
import { negotiate } from '../../server/http/negotiate.ts';
import { parseInt64 } from '../../server/http/read.ts';
import { cleanPath, entryLocation } from '../../server/http/target.ts';
import { growth, LINEAR_GROWTH } from '../support/growth.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const search = (value: unknown) => readSearchIndex(bytes(value));

describe('rekor-v1 §5: what a search asks for', () => {
  const digest = (n: number): string => 'Ab'.repeat(n / 2);

  it.each([
    [digest(40), `sha1:${digest(40).toLowerCase()}`],
    [digest(64), `sha256:${digest(64).toLowerCase()}`],
    [digest(128), `sha512:${digest(128).toLowerCase()}`],
    [`sha1:${digest(40)}`, `sha1:${digest(40).toLowerCase()}`],
    [`sha512:${digest(128)}`, `sha512:${digest(128).toLowerCase()}`],
  ])('spells the hash %s as the index does', (hash, key) => {
    expect(questionOf(search({ hash }))).toEqual({ groups: [[key]], operator: 'or' });
  });

  it('has one group for each member, in lower case, and the key hash without a prefix', () => {
    const index = search({
      operator: 'and',
      subject: 'HTTPS://Example.org',
      email: 'Joe@Example.ORG',
      hash: digest(64),
    });
    expect(questionOf(index, 'cd'.repeat(32))).toEqual({
      groups: [[`sha256:${digest(64).toLowerCase()}`], ['cd'.repeat(32)], ['joe@example.org'], ['https://example.org']],
      operator: 'and',
    });
  });

  it('decodes the key as Go does: padding, line ends, stray bits', () => {
    const contentOf = (content: string) => search({ publicKey: { FORMAT: 'ssh', content } }).publicKey?.content;
    expect(Buffer.from(contentOf('YW\r\nJj\n') ?? [])).toEqual(Buffer.from('abc'));
    expect(Buffer.from(contentOf('YWJ=') ?? [])).toEqual(Buffer.from('ab'));
    for (const wrong of ['YWJ', 'Y===', 'YW-j', 'YWJj ', '=']) expect(() => contentOf(wrong)).toThrow(UnreadableBody);
  });

  it('counts characters of a subject, not units of UTF-16', () => {
    expect(search({ subject: '\u{1f600}'.repeat(512) }).subject).toHaveLength(1024);
    expect(() => search({ subject: '\u{1f600}'.repeat(513) })).toThrow(
      'subject in body should be at most 512 chars long',
    );
  });

  it('reports the member that Rekor checks first', () => {
    const wrong = { email: 'x', hash: 'x', operator: 'x', publicKey: {}, subject: 'x'.repeat(600) };
    const order = ['email', 'hash', 'operator', 'publicKey', 'subject'] as const;
    for (const [i, name] of order.entries()) {
      const rest = Object.fromEntries(order.slice(i).map((key) => [key, wrong[key]]));
      expect(() => search(rest)).toThrow(new RegExp(`^${name}\\b`));
    }
  });
});

describe('RFC 5322 §3.4: addresses', () => {
  it.each([
    'a@b',
    'joe.doe+tag@example.org',
    '"joe doe"@example.org',
    'Joe <a@b.c>',
    '"Doe, Joe" <a@b.c>',
    '<a@b>',
    'ü@bücher.example',
    'a@[127.0.0.1]',
    'a@[::1]',
    ' a@ b\t',
    'a@b (comment)',
    'Joe (of Box) Doe <a@b>',
    'group: a@b;',
    '=?utf-8?q?J=C3=B6?= <a@b>',
    '=?none?z?a?= <a@b>',
    'a'.repeat(70_000).concat('@b'),
  ])('reads %s', (address) => {
    expect(isEmail(address)).toBe(true);
  });

  it.each([
    '',
    'a',
    '@',
    'a@',
    '@b',
    'a@b@c',
    '.a@b',
    'a.@b',
    'a..b@c',
    'a b@c',
    'a@b c',
    'Joe <a@b',
    'a@b>',
    'Joe <>',
    'Doe, Joe <a@b>',
    'a@b.',
    'a@b\n',
    '\r\na@b',
    '<a@b>\n',
    'a @b',
    '""@c.d',
    'a@[IPv6:::1]',
    'a@[b]',
    '=?none?q?a?= <a@b>',
    'a@b (=?none?b?YQ==?=)',
    'group: ;',
    'group: a@b, c@d;',
    'a@b (no end',
  ])('refuses %j', (address) => {
    expect(isEmail(address)).toBe(false);
  });

  it.each(['a.', 'a ', '"\\"', '<', '@', '(', '"a" ', 'g:', '=?x?q?a?= '])(
    'takes time in proportion to the length: %j',
    async (unit) => {
      const texts = { 1: `${unit.repeat(50_000)}<a@b>`, 8: `${unit.repeat(400_000)}<a@b>` };
      expect(await growth((scale) => isEmail(texts[scale]))).toBeLessThan(LINEAR_GROWTH);
    },
  );
});

describe('rekor-v1 §6: what a query asks for', () => {
  it('keeps ids as sent, indexes and entries in order', () => {
    const id = 'AB'.repeat(32);
    const entries = [{ Kind: 'a' }, { kind: 'b' }];
    const query = readLogQuery(bytes({ entryUUIDs: [id], logIndexes: [2, null, 1], entries }), { maxRetrieve: 10 });
    expect(query).toEqual({ entryUUIDs: [id], logIndexes: [2, 0, 1], entries });
  });

  it('carries the code that Rekor sends', () => {
    const codes = [{ logIndexes: [] }, { logIndexes: [-1] }, { entryUUIDs: ['x'] }, { entries: [1] }, ''].map(
      (body) => {
        try {
          readLogQuery(bytes(body), { maxRetrieve: 10 });
          return undefined;
        } catch (error) {
          if (error instanceof UnreadableBody) return error.code;
          return error instanceof InvalidRequest ? error.detail : error;
        }
      },
    );
    expect(codes).toEqual([612, 609, 605, 'request-unreadable', 602]);
  });
});

describe("Go's strconv.ParseInt", () => {
  it.each([
    ['0', 0n],
    ['+1', 1n],
    ['-0', 0n],
    ['0001', 1n],
    ['-5', -5n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
  ])('reads %s', (text, value) => {
    expect(parseInt64(text)).toBe(value);
  });

  it.each([
    '',
    '+',
    '1.0',
    '1e3',
    '0x1',
    ' 1',
    '1_000',
    '９',
    '9223372036854775808',
    '-9223372036854775809',
    '1'.repeat(10_000),
  ])('refuses %j', (text) => {
    expect(parseInt64(text)).toBeUndefined();
  });
});

describe('RFC 9110 §12.5.1: Accept', () => {
  const offers = ['application/x-pem-file', 'application/json'];
  it.each([
    [undefined, offers[0]],
    ['application/json', offers[1]],
    ['*/*, application/json;q=0.1', offers[0]],
    ['application/json, application/*', offers[1]],
    ['application/json;q=0.5, application/x-pem-file;q=0.4', offers[1]],
    ['application/json;q=2', offers[1]],
    ['application/json;q=abc', offers[1]],
    ['application/json;q=-1', undefined],
    ['application/json;q=', undefined],
    ['application/jsonp', undefined],
    [',;,', undefined],
  ])('%j', (accept, offer) => {
    expect(negotiate(accept, offers)).toBe(offer);
  });
});

describe('an Accept of more than 1024 characters', () => {
  const offers = ['application/x-pem-file', 'application/json'];
  it.each([
    ['many ranges', 'application/json', ',a'],
    ['many parameters', 'application/json', ';a'],
    ['many blanks', 'application/json', '  '],
  ])('is disregarded, whatever is in it: %s', (_, first, more) => {
    expect(negotiate(first + more.repeat(500), offers)).toBe('application/json');
    expect(negotiate(first + more.repeat(505), offers)).toBe('application/x-pem-file');
  });
});

describe('paths', () => {
  it.each([
    ['/', '/'],
    ['/a/', '/a'],
    ['//a//b', '/a/b'],
    ['/a/./b/../c', '/a/c'],
    ['/../..', '/'],
    ['/a/..b/.c', '/a/..b/.c'],
  ])('cleans %s to %s', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });

  it('sorts what is left of the query in Location', () => {
    expect(entryLocation('/e?b=2&apiKey=x&a=1&b=1', 'id')).toBe('/e/id?a=1&b=2&b=1');
    expect(entryLocation('///e/?', 'id')).toBe('/e//id?');
    expect(entryLocation('/e?b=1;c=2&a=%zz&d=%20', 'id')).toBe('/e/id?d=+');
    expect(entryLocation('/e?a;b', 'id')).toBe('/e/id');
  });
});
