import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader } from '../../../entries/pki/der.ts';
import { derOf } from '../../../entries/pki/der-writer.ts';
import { readValidity } from '../../../entries/pki/validity.ts';

/** In base 128, with the bit that says that more follows (X.690 §8.19.2). */
function octetsOf(arcs: readonly number[]): Uint8Array {
  const [first = 0, second = 0, ...rest] = arcs;
  return Uint8Array.from([40 * first + second, ...rest].flatMap(base128));
}

function base128(arc: number): readonly number[] {
  const groups = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(128 + (left % 128));
  return groups;
}

const read = (octets: Uint8Array) => new DerReader(derOf(6, octets)).objectIdentifier();

describe('X.690 §8.19 object identifiers', () => {
  const root = fc.oneof(fc.tuple(fc.constantFrom(0, 1), fc.nat(39)), fc.tuple(fc.constant(2), fc.nat(1000)));
  const arcs = fc.tuple(root, fc.array(fc.oneof(fc.nat(5), fc.nat(2 ** 31 - 1)), { maxLength: 8 }));

  it('are spelled the same, whether or not they were read before', () => {
    fc.assert(
      fc.property(arcs, ([first, rest]) => {
        const all = [...first, ...rest];
        for (let time = 0; time < 3; time += 1) expect(read(octetsOf(all))).toBe(all.join('.'));
      }),
      { numRuns: 2000 }, // more than are remembered
    );
  });

  it.each([
    ['none', []],
    ['an arc that does not end', [0x2a, 0x81]],
    ['an arc with a zero in front', [0x2a, 0x80, 0x01]],
    ['an arc of 2³¹', [0x2a, 0x88, 0x80, 0x80, 0x80, 0x00]],
  ])('are not: %s', (_what, octets) => {
    for (let time = 0; time < 2; time += 1) expect(read(Uint8Array.from(octets))).toBeUndefined();
  });
});

describe('RFC 5280 §4.1.2.5 dates', () => {
  const time = (tag: number, text: string) => derOf(tag, new TextEncoder().encode(text));
  const notBefore = (tag: number, text: string): number | undefined => {
    const validity = new DerReader(derOf(0x30, time(tag, text), time(0x17, '500101000000Z'))).enter(0x30);
    try {
      return validity && readValidity(validity).notBefore;
    } catch {
      return undefined;
    }
  };
  const two = (number: number) => String(number).padStart(2, '0');

  it('each day that there is, and none that there is not', () => {
    for (const year of [0, 1, 4, 99, 100, 400, 1582, 1900, 1950, 1970, 2000, 2026, 2028, 2100, 9999])
      for (let month = 0; month <= 13; month += 1)
        for (let day = 0; day <= 32; day += 1) {
          const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T23:59:58Z`;
          const date = new Date(text);
          const isThere = !Number.isNaN(date.getTime()) && date.getUTCDate() === day;
          expect([text, notBefore(0x18, text.replaceAll(/[-:T]/g, ''))]).toStrictEqual([
            text,
            isThere ? date.getTime() : undefined,
          ]);
        }
  });

  it.each([
    ['000101000000Z', '2000-01-01T00:00:00Z'],
    ['491231235959Z', '2049-12-31T23:59:59Z'],
    ['500101000000Z', '1950-01-01T00:00:00Z'],
    ['7001010000Z', '1970-01-01T00:00:00Z'],
    ['700101000000+0130', '1969-12-31T22:30:00Z'],
    ['700101000000-2459', '1970-01-02T00:59:00Z'],
  ])('UTCTime %s', (text, date) => {
    expect(notBefore(0x17, text)).toBe(Date.parse(date));
  });

  it.each(['700101240000Z', '700101006000Z', '700101000060Z', '700101000000+0000', '700101000000+2500', '70010100Z'])(
    'no UTCTime: %s',
    (text) => {
      expect(notBefore(0x17, text)).toBeUndefined();
    },
  );
});
