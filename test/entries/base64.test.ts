import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainBase64, parseGoBase64, parseSlowly } from '../../base/go-base64.ts';
import { parseAnyBase64, readBase64 } from '../../entries/base64.ts';
import { InvalidEntry } from '../../entries/failures.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('RFC 4648 §4 base64 as Go reads it (rekor-v1 §3.0)', () => {
  it('is what everyone writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
        expect(readBase64(Buffer.from(value).toString('base64'))).toEqual(value);
      }),
    );
  });

  it('may hold line ends anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(60), { maxLength: 8 }), (value, places) => {
        const text = Buffer.from(value).toString('base64').split('');
        for (const place of places) text.splice(place, 0, place % 2 === 0 ? '\n' : '\r');
        expect(readBase64(text.join(''))).toEqual(value);
      }),
    );
  });

  it('may have bits to spare', () => {
    expect(readBase64('AB==')).toEqual(Uint8Array.of(0));
    expect(readBase64('AAF=')).toEqual(Uint8Array.of(0, 1));
  });

  it('is read the same whether or not the language can read any', () => {
    const piece = fc.constantFrom(...'ABQgwz019+/-_=\n\r\t\f é\u0141'.split(''), 'AAAA', 'zz==', '==', 'QUJD\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(parseGoBase64(text)).toEqual(parseSlowly(text));
      }),
      { numRuns: 20_000 },
    );
  });

  // Each offset is what Go's `base64.StdEncoding.DecodeString` answers.
  it.each([
    ['A', 0],
    ['AA', 0],
    ['AAA', 0],
    ['AAAAA', 4],
    ['A===', 1],
    ['=', 0],
    ['AA=', 3],
    ['AA=A', 2],
    ['AA==A', 4],
    ['AA==\nAA', 5],
    ['AAA=A', 4],
    ['AA=\n', 4],
    ['AA A', 2],
    ['_-==', 0],
    ['AAAAé', 4],
    ['\nAA\n', 2],
    ['AAAA\u0000', 4],
  ])('is not %j: byte %i', (text, at) => {
    expect(() => readBase64(text, 'what: ')).toThrow(new InvalidEntry(`what: illegal base64 data at input byte ${at}`));
  });

  it('takes megabytes without running out of stack', () => {
    expect(readBase64('A'.repeat(8 * 1024 * 1024)).length).toBe(6 * 1024 * 1024);
    expect(() => readBase64(`${'A'.repeat(8 * 1024 * 1024)}!`)).toThrow('input byte 8388608');
  });
});

describe('DSSE base64: one alphabet or the other', () => {
  it.each(['+/+/', '-_-_', '', 'AA==', 'A\nAAA'])('reads %j', (text) => {
    expect(parseAnyBase64(text)).toEqual(bytes(text));
  });

  it.each(['+/-_', 'AA', '!', '-_-', 'é'])('does not read %j', (text) => {
    expect(parseAnyBase64(text)).toBeUndefined();
  });
});

describe('rekor-v1 §3.4 base64 in stored signatures', () => {
  it.each(['AAAA', 'AA==', 'AAA=', ''])('is %j', (text) => {
    expect(isPlainBase64(text)).toBe(true);
  });

  it.each(['AAAA\n', 'AAA', '====', 'A===', 'AA=A', 'AA==AA==', '_-=='])('is not %j', (text) => {
    expect(isPlainBase64(text)).toBe(false);
  });
});
