import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '../../../base/bytes.ts';
import { formatNote, parseNote } from '../../../checkpoint/note.ts';
import { MalformedProof } from '../../../checkpoint/proof/failures.ts';
import {
  TLOG_PROOF_LIMIT,
  type TlogProof,
  formatTlogProof,
  parseTlogProof,
} from '../../../checkpoint/proof/tlog-proof.ts';
import { logIndex, nodeHash } from '../../../merkle/types.ts';
import { LOG_LINE, TEXT, WITNESS_LINE, thrownBy } from '../signing.ts';

const NOTE = `${TEXT}\n${LOG_LINE}${WITNESS_LINE}`;
const HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
const HEADER = 'c2sp.org/tlog-proof@v1\n';
const note = parseNote(NOTE);
const zero = nodeHash(new Uint8Array(32));

describe('tlog-proof: what is a proof', () => {
  const valid: readonly (readonly [string, string, TlogProof])[] = [
    ['a tree of one leaf', `${HEADER}index 0\n\n${NOTE}`, { index: logIndex(0), hashes: [], note }],
    [
      'some hashes',
      `${HEADER}index 73894\n${HASH}${HASH}\n${NOTE}`,
      { index: logIndex(73_894), hashes: [zero, zero], note },
    ],
    [
      'extra data',
      `${HEADER}extra AQID\nindex 1\n${HASH}\n${NOTE}`,
      { index: logIndex(1), hashes: [zero], note, extra: Uint8Array.of(1, 2, 3) },
    ],
    [
      'extra data without any, as Go’s library writes them',
      `${HEADER}extra \nindex 1\n${HASH}\n${NOTE}`,
      { index: logIndex(1), hashes: [zero], note, extra: new Uint8Array() },
    ],
    [
      'the largest index, and 63 hashes',
      `${HEADER}index 9007199254740991\n${HASH.repeat(63)}\n${NOTE}`,
      { index: logIndex(2 ** 53 - 1), hashes: Array.from({ length: 63 }, () => zero), note },
    ],
  ];
  it.each(valid)('%s', (_what, text, proof) => {
    expect(parseTlogProof(text)).toStrictEqual(proof);
    expect(parseTlogProof(utf8(text))).toStrictEqual(proof);
    expect(formatTlogProof(proof)).toBe(text);
  });
  it('the note is there word for word', () => {
    expect(formatNote(parseTlogProof(`${HEADER}index 0\n\n${NOTE}`).note)).toBe(NOTE);
  });

  const invalid: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /no empty line/],
    ['a note alone', NOTE, /the first line is not c2sp\.org\/tlog-proof@v1/],
    ['the older form without a header', `index 0\n\n${NOTE}`, /the first line is not/],
    ['another version', `c2sp.org/tlog-proof@v2\nindex 0\n\n${NOTE}`, /the first line is not/],
    ['a space behind the header', `${HEADER.trim()} \nindex 0\n\n${NOTE}`, /the first line is not/],
    ['no index', `${HEADER}\n${NOTE}`, /no line says the index/],
    ['a hash for the index', `${HEADER}${HASH}\n${NOTE}`, /no line says the index/],
    ['extra data without an index', `${HEADER}extra AQID\n\n${NOTE}`, /no line says the index/],
    ['extra data behind the index', `${HEADER}index 0\nextra AQID\n\n${NOTE}`, /proof's line 1/],
    ['extra data twice', `${HEADER}extra AQID\nextra AQID\nindex 0\n\n${NOTE}`, /no line says the index/],
    ['the word extra alone', `${HEADER}extra\nindex 0\n\n${NOTE}`, /no line says the index/],
    ['extra data in the alphabet of URLs', `${HEADER}extra AQ-_\nindex 0\n\n${NOTE}`, /the extra data are not base64/],
    ['extra data without padding', `${HEADER}extra AQI\nindex 0\n\n${NOTE}`, /the extra data are not base64/],
    ['an index with a leading zero', `${HEADER}index 00\n\n${NOTE}`, /the index is not a decimal/],
    ['a negative index', `${HEADER}index -1\n\n${NOTE}`, /the index is not a decimal/],
    ['no number', `${HEADER}index \n\n${NOTE}`, /the index is not a decimal/],
    [
      'an index of 2^53',
      `${HEADER}index 9007199254740992\n\n${NOTE}`,
      /the index 9007199254740992 is beyond 2\^53 - 1/,
    ],
    ['two numbers', `${HEADER}index 0 1\n\n${NOTE}`, /the index is not a decimal/],
    ['a hash of 31 bytes', `${HEADER}index 0\n${'A'.repeat(40)}AA==\n\n${NOTE}`, /proof's line 1 is not base64/],
    ['a hash with stray bits', `${HEADER}index 0\n${HASH}${'A'.repeat(42)}B=\n\n${NOTE}`, /proof's line 2/],
    ['64 hashes', `${HEADER}index 0\n${HASH.repeat(64)}\n${NOTE}`, /more than 63 hashes/],
    ['no empty line', `${HEADER}index 0\n${NOTE}`, /proof's line 1/],
    ['two empty lines and a note without a text', `${HEADER}index 0\n\n\n${LOG_LINE}`, /blank line/],
    ['no note', `${HEADER}index 0\n\n`, /blank line/],
    ['a note without signatures', `${HEADER}index 0\n\n${TEXT}`, /blank line/],
    ['something behind the note', `${HEADER}index 0\n\n${NOTE}\n`, /no newline behind the last signature/],
    ['carriage returns', `${HEADER}index 0\r\n\n${NOTE}`, /control character/],
  ];
  it.each(invalid)('not %s', (_what, text, message) => {
    const thrown = thrownBy(() => parseTlogProof(text));
    expect(thrown).toBeInstanceOf(MalformedProof);
    expect((thrown as MalformedProof).message).toMatch(message);
  });

  it('has 128 KiB at most, or what the caller says', () => {
    const text = `${HEADER}extra ${'A'.repeat(TLOG_PROOF_LIMIT)}\nindex 0\n\n${NOTE}`;
    expect(TLOG_PROOF_LIMIT).toBe(131_072);
    expect(() => parseTlogProof(text)).toThrow(new MalformedProof('longer than 131072 bytes'));
    expect(parseTlogProof(text, 140_000).extra?.length).toBe(98_304);
    const large = `${HEADER}extra ${'A'.repeat(100_000)}\nindex 0\n\n${NOTE}`;
    expect(parseTlogProof(large).extra?.length).toBe(75_000);
    const long = `${HEADER}index 0\n\n${TEXT}${'x'.repeat(100_000)}\n\n${LOG_LINE}`;
    expect(parseTlogProof(long).note.text.length).toBeGreaterThan(100_000);
  });
});

describe('tlog-proof: writing and reading', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(nodeHash);
  const proofs: fc.Arbitrary<TlogProof> = fc.record(
    {
      index: fc.maxSafeNat().map(logIndex),
      hashes: fc.array(hash, { maxLength: 63 }),
      note: fc.constant(note),
      extra: fc.uint8Array({ maxLength: 100 }),
    },
    { requiredKeys: ['index', 'hashes', 'note'], noNullPrototype: true },
  );
  it('gives back what was written', () => {
    fc.assert(
      fc.property(proofs, (proof) => {
        expect(parseTlogProof(formatTlogProof(proof))).toStrictEqual(proof);
      }),
    );
  });
  it('reads any file, and throws nothing but its failure', () => {
    const line = fc.constantFrom(
      HEADER.trim(),
      'index 0',
      'extra AQID',
      HASH.trim(),
      '',
      TEXT.trim(),
      LOG_LINE.trim(),
      '\r',
      '\ud800',
    );
    const file = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.array(line, { maxLength: 8 }).map((lines) => `${HEADER}${lines.join('\n')}\n`),
    );
    fc.assert(
      fc.property(file, (one) => {
        const thrown = thrownBy(() => {
          const read = formatTlogProof(parseTlogProof(one));
          expect(typeof one === 'string' ? one : toBase64(one)).toBe(
            typeof one === 'string' ? read : toBase64(utf8(read)),
          );
        });
        expect(thrown === undefined || thrown instanceof MalformedProof).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
  it('writes no note that could not be read', () => {
    const proof: TlogProof = { index: logIndex(0), hashes: [], note: { ...note, text: 'a' } };
    expect(() => formatTlogProof(proof)).toThrow(RangeError);
    expect(formatTlogProof({ ...proof, note })).toBe(`${HEADER}index 0\n\n${NOTE}`);
  });
});
