import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { formatCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { MalformedNote } from '../../../checkpoint/failures.ts';
import { formatNote, parseNote } from '../../../checkpoint/note.ts';
import { readPart } from '../../../checkpoint/text.ts';
import { MalformedRequest } from '../../../checkpoint/witness/failures.ts';
import {
  ADD_CHECKPOINT_LIMIT,
  type AddCheckpoint,
  formatAddCheckpoint,
  parseAddCheckpoint,
} from '../../../checkpoint/witness/request.ts';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import { LOG, LOG_LINE, TEXT, thrownBy } from '../signing.ts';

const NOTE = `${TEXT}\n${LOG_LINE}`;
const HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
const zero = nodeHash(new Uint8Array(32));

describe('tlog-witness: the body of add-checkpoint', () => {
  const valid: readonly (readonly [string, string, number, number])[] = [
    ['nothing known, nothing proven', `old 0\n\n${NOTE}`, 0, 0],
    ['an old size, one hash', `old 1\n${HASH}\n${NOTE}`, 1, 1],
    ['no hash from one size to itself', `old 2\n\n${NOTE}`, 2, 0],
    ['63 hashes', `old 1\n${HASH.repeat(63)}\n${NOTE}`, 1, 63],
    ['2^53 - 1 leaves', `old 9007199254740991\n\n${NOTE}`, 2 ** 53 - 1, 0],
    ['a proof where none is due, which is for the witness to judge', `old 0\n${HASH}\n${NOTE}`, 0, 1],
  ];
  it.each(valid)('%s', (_what, body, old, length) => {
    const read = parseAddCheckpoint(body);
    expect([read.old, read.proof.length, read.checkpoint.origin, read.checkpoint.size]).toEqual([
      old,
      length,
      'log.example.test',
      2,
    ]);
    expect(read.note).toStrictEqual(parseNote(NOTE));
    expect(parseAddCheckpoint(utf8(body))).toStrictEqual(read);
    expect(formatAddCheckpoint(read)).toBe(body);
  });

  const invalid: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /no empty line/],
    ['a note alone', NOTE, /the first line does not say the old size/],
    ['an old size alone', 'old 0\n', /no empty line/],
    ['no note', 'old 0\n\n', /blank line/],
    ['no empty line', `old 0\n${TEXT}${LOG_LINE}`, /no empty line/],
    ['no old size', `\n\n${NOTE}`, /the first line/],
    ['the word in capitals', `OLD 0\n\n${NOTE}`, /the first line/],
    ['two spaces', `old  0\n\n${NOTE}`, /the old size is not a decimal/],
    ['a tab', `old\t0\n\n${NOTE}`, /control character/],
    ['a space at the end', `old 0 \n\n${NOTE}`, /the old size is not a decimal/],
    ['a space at the start', ` old 0\n\n${NOTE}`, /the first line/],
    ['a leading zero', `old 01\n\n${NOTE}`, /the old size is not a decimal/],
    ['a zero too many', `old 00\n\n${NOTE}`, /the old size is not a decimal/],
    ['a sign', `old +1\n\n${NOTE}`, /the old size is not a decimal/],
    ['a negative size', `old -1\n\n${NOTE}`, /the old size is not a decimal/],
    ['no size', `old \n\n${NOTE}`, /the old size is not a decimal/],
    ['2^53 leaves', `old 9007199254740992\n\n${NOTE}`, /the old size 9007199254740992 is beyond 2\^53 - 1/],
    ['2^64 leaves', `old 18446744073709551616\n\n${NOTE}`, /the old size is not a decimal number below 2\^64/],
    ['64 hashes', `old 1\n${HASH.repeat(64)}\n${NOTE}`, /more than 63 hashes/],
    ['a hash of 31 bytes', `old 1\n${'A'.repeat(40)}AA==\n\n${NOTE}`, /proof's line 1 is not base64 of a SHA-256 hash/],
    ['a hash in hex', `old 1\n${HASH}${'0'.repeat(64)}\n\n${NOTE}`, /proof's line 2/],
    ['a hash with stray bits', `old 1\n${'A'.repeat(42)}B=\n\n${NOTE}`, /proof's line 1/],
    ['a hash without padding', `old 1\n${'A'.repeat(43)}\n\n${NOTE}`, /proof's line 1/],
    ['carriage returns', `old 0\r\n\r\n${NOTE}`, /control character|no empty line/],
    ['a second empty line', `old 0\n\n\n${NOTE}`, /fewer than three lines/],
    ['a note without signatures', `old 0\n\n${TEXT}`, /blank line/],
    ['a note that is no checkpoint', `old 0\n\nhello\n\n${LOG_LINE}`, /fewer than three lines/],
    [
      'a checkpoint beyond reach',
      `old 0\n\n${NOTE.replace('\n2\n', '\n9007199254740992\n')}`,
      /tree size 9007199254740992/,
    ],
    ['a signature line that is none', `old 0\n\n${NOTE}x\n`, /signature line 2/],
    ['something behind the note', `old 0\n\n${NOTE}\n`, /no newline behind the last signature/],
  ];
  it.each(invalid)('not %s', (_what, body, message) => {
    const thrown = thrownBy(() => parseAddCheckpoint(body));
    expect(thrown).toBeInstanceOf(MalformedRequest);
    expect((thrown as MalformedRequest).message).toMatch(message);
  });
  it('not bytes that are no UTF-8', () => {
    const body = utf8(`old 0\n\n${NOTE}`);
    body[8] = 0xff;
    expect(() => parseAddCheckpoint(body)).toThrow(MalformedRequest);
  });

  it('a text with empty lines stays one note', () => {
    const body = `old 0\n\n${TEXT}\nmore\n\n${LOG_LINE}`;
    expect(() => parseAddCheckpoint(body)).toThrow(/an extension line is empty/);
  });

  it('has 68 KiB at most, or what the caller says', () => {
    const filled = (length: number): string =>
      `old 0\n\n${TEXT}${'x'.repeat(length - 8 - NOTE.length - 2)}\n\n${LOG_LINE}`;
    const [most, more] = [filled(ADD_CHECKPOINT_LIMIT), filled(ADD_CHECKPOINT_LIMIT + 1)];
    expect(utf8(most).length).toBe(69_632);
    expect(parseAddCheckpoint(most).checkpoint.extensions?.length).toBe(1);
    expect(() => parseAddCheckpoint(more)).toThrow(new MalformedRequest('longer than 69632 bytes'));
    expect(() => parseAddCheckpoint(utf8(more))).toThrow(MalformedRequest);
    expect(parseAddCheckpoint(more, ADD_CHECKPOINT_LIMIT + 1).checkpoint.extensions?.length).toBe(1);
    expect(() => parseAddCheckpoint(`old 0\n\n${NOTE}`, 100)).toThrow(MalformedRequest);
  });

  it('gives back what was written', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(nodeHash);
    const checkpoint = fc.record({
      origin: fc.stringMatching(/^[a-z.]{1,20}$/),
      size: fc.maxSafeNat().map(treeSize),
      root: hash as fc.Arbitrary<RootHash>,
    });
    const request: fc.Arbitrary<AddCheckpoint> = fc.record(
      {
        old: fc.maxSafeNat().map(treeSize),
        proof: fc.array(hash, { maxLength: 63 }),
        note: checkpoint.map((one) => {
          const text = formatCheckpoint(one);
          return { text, signatures: [LOG.sign(text)] };
        }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(request, (one) => {
        const { old, proof, note } = parseAddCheckpoint(formatAddCheckpoint(one));
        expect({ old, proof, note }).toEqual(one);
      }),
    );
  });
  it('reads any body, and throws nothing but its failure', () => {
    const line = fc.constantFrom('old 0', 'old 7', HASH.trim(), '', 'a', '7', LOG_LINE.trim(), '\r', '\ud800', 'old');
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.array(line, { maxLength: 12 }).map((lines) => `${lines.join('\n')}\n`),
    );
    fc.assert(
      fc.property(body, (one) => {
        const thrown = thrownBy(() => parseAddCheckpoint(one));
        expect(thrown === undefined || thrown instanceof MalformedRequest).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
  it('what goes wrong in a part without being its failure is nobody’s to rename', () => {
    const broken = (): never => {
      throw new RangeError('broken');
    };
    const malformed = (): never => {
      throw new MalformedNote('malformed');
    };
    expect(() => readPart(broken, MalformedNote, MalformedRequest)).toThrow(new RangeError('broken'));
    expect(() => readPart(malformed, MalformedNote, MalformedRequest)).toThrow(new MalformedRequest('malformed'));
  });
  it('writes no note that could not be read', () => {
    const bad = { old: treeSize(0), proof: [zero], note: { text: 'a', signatures: [LOG.sign('a\n')] } };
    expect(() => formatAddCheckpoint(bad)).toThrow(RangeError);
    expect(formatAddCheckpoint({ ...bad, note: { ...bad.note, text: 'a\n' } })).toBe(
      `old 0\n${HASH}\n${formatNote({ text: 'a\n', signatures: [LOG.sign('a\n')] })}`,
    );
  });
});
