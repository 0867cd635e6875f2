import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  concatBytes,
  decodeBase64,
  parseBase64,
  parseHex,
  parseSpacedBase64,
  toBase64,
  toBase64ByBtoa,
  toHex,
  utf8,
} from '../../base/bytes.ts';
import { parseProtoBase64 } from '../../base/go-base64.ts';

describe('RFC 4648 §4 base64', () => {
  it('writes what Node writes, by either way, at any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000, size: 'max' }), (bytes) => {
        const expected = Buffer.from(bytes).toString('base64');
        expect(toBase64(bytes)).toBe(expected);
        expect(toBase64ByBtoa(bytes)).toBe(expected);
        expect(parseBase64(expected)).toEqual(bytes);
        expect(Buffer.compare(decodeBase64(expected), bytes)).toBe(0); // toEqual takes its time
      }),
      { numRuns: 50 },
    );
  });
  it.each(['A', 'AA', 'AAA', 'AA=A', 'AA==\n', 'A_==', 'AB==', 'AAB=', ' AAA', '===='])('refuses %j', (text) => {
    expect(parseBase64(text)).toBeUndefined();
  });
});

describe('base64 in a field of type bytes, as protobuf-go reads it (rule 9)', () => {
  it.each([
    ['', []],
    ['-_8=', [0xfb, 0xff]],
    ['+/8=', [0xfb, 0xff]],
    ['-_8', [0xfb, 0xff]],
    ['+/8', [0xfb, 0xff]],
    ['+/9=', [0xfb, 0xff]],
    ['+/-8', undefined],
    ['_/8=', undefined],
    ['AA==', [0]],
    ['AA', [0]],
    ['AA=', undefined],
    ['A', undefined],
    ['AAAAA', undefined],
    ['AA==\n', undefined],
    ['AA==\r\n', undefined],
    ['AA==\r\n\r\n', [0]],
    ['AA\n\r\n\r==', [0]],
    ['AA\n', [0]],
    ['AA\n\n', undefined],
    ['AAAA\n', [0, 0, 0]],
    ['\n\n\n\n', []],
    ['\n', []],
    ['AA== ', undefined],
    ['    ', undefined],
    ['====', undefined],
    ['=', undefined],
    ['AA=A', undefined],
    ['AA==AA==', undefined],
    ['\u00e9AAA', undefined],
  ])('%j', (text, bytes) => {
    expect(parseProtoBase64(text)).toEqual(bytes && Uint8Array.from(bytes));
  });

  it('agrees with a reader that goes letter by letter', () => {
    const letters = fc.string({ unit: fc.constantFrom(...Array.from('AZaz09+/-_=\r\n !é')), maxLength: 24 });
    const spellings = fc
      .uint8Array({ maxLength: 9 })
      .chain((bytes) =>
        fc.constantFrom('base64', 'base64url').map((alphabet) => Buffer.from(bytes).toString(alphabet as 'base64')),
      );
    fc.assert(
      fc.property(fc.oneof(letters, spellings), (text) => {
        expect(parseProtoBase64(text)).toEqual(readLetterByLetter(text));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Rule 9 word for word. */
function readLetterByLetter(text: string): Uint8Array | undefined {
  const last = /[-_]/.test(text) ? '-_' : '+/';
  const alphabet = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`;
  const padded = text.length % 4 === 0;
  const letters = Array.from(text).filter((letter) => letter !== '\r' && letter !== '\n');
  let padding = 0;
  while (letters.at(-1) === '=') {
    letters.pop();
    padding += 1;
  }
  const bits = letters.map((letter) => alphabet.indexOf(letter));
  const missing = (4 - (bits.length % 4)) % 4;
  if (bits.includes(-1) || missing === 3 || padding !== (padded ? missing : 0)) return undefined;
  const digits = bits.map((six) => six.toString(2).padStart(6, '0')).join('');
  return Uint8Array.from({ length: Math.floor(digits.length / 8) }, (_, i) =>
    parseInt(digits.slice(8 * i, 8 * i + 8), 2),
  );
}

describe('the order of bytes', () => {
  it('is that of Node', () => {
    const bytes = fc.uint8Array({ maxLength: 4, max: 3 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });
});

describe('RFC 4648 §8 hex', () => {
  it('reads either case and exactly the length asked for', () => {
    expect(parseHex('00fF', 2)).toEqual(Uint8Array.of(0, 255));
    expect(parseHex('00ff', 3)).toBeUndefined();
    expect(parseHex('00fg', 2)).toBeUndefined();
    expect(toHex(Uint8Array.of(0, 255))).toBe('00ff');
  });
});

describe('bytes that are made one after the other', () => {
  const made = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((value) => ({
      expected: value,
      make: () => parseSpacedBase64(Buffer.from(value).toString('base64').replace('A', 'A\n')) ?? value,
    })),
    fc.string({ maxLength: 200, unit: 'binary' }).map((text) => ({
      expected: new Uint8Array(Buffer.from(text)),
      make: () => utf8(text),
    })),
    fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 5 }).map((parts) => ({
      expected: new Uint8Array(Buffer.concat(parts)),
      make: () => concatBytes(...parts),
    })),
    fc.uint8Array({ maxLength: 70 }).map((value) => ({
      expected: value,
      make: () => parseHex(toHex(value), value.length) ?? value,
    })),
    fc.constantFrom('A', 'AA=', '!', 'AAAA!', 'AB==', 'A'.repeat(24_001)).map((text) => ({
      expected: new Uint8Array(),
      make: () => parseSpacedBase64(text) ?? new Uint8Array(),
    })),
    fc.nat(40_000).map((length) => ({
      expected: new Uint8Array(length).fill(0x78),
      make: () => utf8('x'.repeat(length)),
    })),
  );

  it('do not touch each other, whatever their size and wherever they come from', () => {
    fc.assert(
      fc.property(fc.array(made, { maxLength: 60, size: 'max' }), (list) => {
        const all = list.map(({ make }) => make());
        expect(all.map(toHex)).toEqual(list.map(({ expected }) => toHex(expected)));
      }),
      { numRuns: 60 },
    );
  });
});
