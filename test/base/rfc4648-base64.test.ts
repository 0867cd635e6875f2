import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBase64, parseHex, toBase64, toBase64ByBtoa, toHex } from '../../base/bytes.ts';

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
