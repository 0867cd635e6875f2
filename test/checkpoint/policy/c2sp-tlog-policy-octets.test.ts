import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { NO_FAULT, W1, W2, said } from './saying.ts';

describe('tlog-policy: names are octets', () => {
  const file = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
    Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? utf8(part) : part)]));
  const W = ['witness ', ` ${W1}\nwitness `, ` ${W2}\n`] as const;

  it('that are no UTF-8 are names all the same', () => {
    const policy = parsePolicy(file('witness ', [0xff, 0x41], ` ${W1}\nquorum `, [0xff, 0x41], '\n'));
    expect(policy.quorum).toBe(policy.witnesses[0]?.name);
    expect(said(file('witness ', [0xff, 0x41], ` ${W1}\nquorum `, [0xfe, 0x41], '\n')).length).toBe(1);
  });
  const pairs: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['é in UTF-8 and in Latin-1', [0xc3, 0xa9], [0xe9]],
    ['é as one character and as two', [0xc3, 0xa9], [0x65, 0xcc, 0x81]],
    ['K and the Kelvin sign', [0x4b], [0xe2, 0x84, 0xaa]],
    ['a byte that is none and the character that stands for it', [0xff], [0xef, 0xbf, 0xbd]],
    ['two bytes that are none', [0xff], [0xfe]],
    ['half a surrogate in what looks like UTF-8, and its bytes apart', [0xed, 0xb3, 0xbf], [0xff]],
    ['with a byte order mark and without', [0xef, 0xbb, 0xbf, 0x61], [0x61]],
  ];
  it.each(pairs)('%s are two', (_what, one, other) => {
    expect(said(file(W[0], one, W[1], other, W[2], NO_FAULT))).toEqual([]);
    expect(said(file(W[0], one, W[1], one, W[2], NO_FAULT)).length).toBe(1);
  });
  it('two names are one if and only if their octets are', () => {
    const octet = fc.integer({ min: 0x21, max: 0xff }).filter((one) => one !== 0x7f && one !== 0x23);
    const name = fc.array(octet, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const isSame = one.join() === other.join();
        expect(said(file(W[0], one, W[1], other, W[2], NO_FAULT)).length).toBe(isSame ? 1 : 0);
      }),
    );
  });
});
