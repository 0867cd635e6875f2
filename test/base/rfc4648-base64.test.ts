import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  parseBase64,
  parseHex,
  parseSpacedBase64,
  toBase64,
  toBase64ByBtoa,
  toHex,
  utf8,
} from '../../base/bytes.ts';

describe('RFC 4648 §4 base64', () => {
  it('writes what Node writes, by either way, at any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000, size: 'max' }), (bytes) => {
        const expected = Buffer.from(bytes).toString('base64');
        expect(toBase64(bytes)).toBe(expected);
        expect(toBase64ByBtoa(bytes)).toBe(expected);
        expect(parseBase64(expected)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });
  it.each(['A', 'AA', 'AAA', 'AA=A', 'AA==\n', 'A_==', 'AB==', 'AAB=', ' AAA', '===='])('refuses %j', (text) => {
    expect(parseBase64(text)).toBeUndefined();
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
