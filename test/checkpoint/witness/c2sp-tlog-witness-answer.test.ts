import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { cosignatureVerifier } from '../../../checkpoint/cosignature.ts';
import { SIGNATURE_TYPE, verifierKey } from '../../../checkpoint/key.ts';
import { type NoteSignature, formatNote, formatSignatures, parseNote } from '../../../checkpoint/note.ts';
import { verifyNote } from '../../../checkpoint/verify.ts';
import {
  type AskedWitness,
  type Clock,
  type CosignatureFault,
  formatSize,
  parseSize,
  readCosignatures,
} from '../../../checkpoint/witness/answer.ts';
import { MalformedAnswer } from '../../../checkpoint/witness/failures.ts';
import { treeSize } from '../../../merkle/types.ts';
import { COSIGNED_AT, LOG, TEXT, WITNESS, WITNESS_LINE, flipped, testWitness, thrownBy } from '../signing.ts';

const SECOND = testWitness('witness.example.test/2', 5);
const STRANGER = testWitness('stranger.example.test', 6);
const CLOCK: Clock = { now: COSIGNED_AT, since: COSIGNED_AT - 3600, tolerance: 60 };
const asked = (...witnesses: readonly { readonly verifier: AskedWitness['verifier'] }[]): readonly AskedWitness[] =>
  witnesses.map(({ verifier }) => ({ verifier, last: undefined }));

describe('tlog-witness: the signature lines of an answer', () => {
  it('those of the witness that was asked are taken, with their time', () => {
    const { accepted, refused } = readCosignatures(WITNESS_LINE, TEXT, asked(WITNESS), CLOCK);
    expect(refused).toEqual([]);
    expect(accepted.map(({ witness, time }) => [witness, time])).toEqual([[WITNESS.verifier, COSIGNED_AT]]);
    expect(formatSignatures(accepted.map(({ signature }) => signature))).toBe(WITNESS_LINE);
  });
  it('as bytes too', () => {
    expect(readCosignatures(utf8(WITNESS_LINE), TEXT, asked(WITNESS), CLOCK).accepted.length).toBe(1);
  });
  it('below the checkpoint they make a note that verifies', () => {
    const { accepted } = readCosignatures(WITNESS_LINE, TEXT, asked(WITNESS), CLOCK);
    const note = { text: TEXT, signatures: [LOG.sign(TEXT), ...accepted.map(({ signature }) => signature)] };
    const verifiers = [LOG.verifier, WITNESS.verifier];
    expect(verifyNote(parseNote(formatNote(note)), verifiers).verified.length).toBe(2);
  });
  it('one answer may have those of several witnesses, and of strangers', () => {
    const quantum: NoteSignature = {
      name: WITNESS.key.name,
      keyId: Uint8Array.of(6, 6, 6, 6),
      signature: new Uint8Array(2428),
    };
    const lines = [STRANGER, SECOND, WITNESS].map((one) => one.cosign(TEXT, COSIGNED_AT));
    const { accepted, refused } = readCosignatures(
      formatSignatures([quantum, LOG.sign(TEXT), ...lines]),
      TEXT,
      asked(WITNESS, SECOND),
      CLOCK,
    );
    expect(accepted.map(({ witness }) => witness.name)).toEqual(['witness.example.test', 'witness.example.test/2']);
    expect(refused).toEqual([]);
  });
  it('lines of strangers alone are no cosignature, and no fault', () => {
    const answer = formatSignatures([STRANGER.cosign(TEXT, COSIGNED_AT)]);
    expect(readCosignatures(answer, TEXT, asked(WITNESS), CLOCK)).toEqual({ accepted: [], refused: [] });
  });
  it('nor are lines with the right name or the right id only', () => {
    const line = WITNESS.cosign(TEXT, COSIGNED_AT);
    const answer = formatSignatures([
      { ...line, name: 'x' },
      { ...line, keyId: Uint8Array.of(1, 2, 3, 4) },
    ]);
    expect(readCosignatures(answer, TEXT, asked(WITNESS), CLOCK)).toEqual({ accepted: [], refused: [] });
  });
  it('a witness that published its key as type 0x01 is known by its lines', () => {
    const verifier = cosignatureVerifier(verifierKey(WITNESS.key.name, SIGNATURE_TYPE.ed25519, WITNESS.key.material));
    const witnesses = verifier === undefined ? [] : [{ verifier, last: undefined }];
    expect(readCosignatures(WITNESS_LINE, TEXT, witnesses, CLOCK).accepted.length).toBe(1);
  });
  it('of one witness the first line counts', () => {
    const [first, second] = [WITNESS.cosign(TEXT, COSIGNED_AT), WITNESS.cosign(TEXT, COSIGNED_AT + 1)];
    const { accepted } = readCosignatures(formatSignatures([first, second]), TEXT, asked(WITNESS), CLOCK);
    expect(accepted.map(({ time }) => time)).toEqual([COSIGNED_AT]);
  });

  const faults: readonly (readonly [string, CosignatureFault, NoteSignature, number | undefined])[] = [
    ['over another text', 'does-not-verify', WITNESS.cosign(`${TEXT}x\n`, COSIGNED_AT), undefined],
    [
      'of another key',
      'does-not-verify',
      { ...WITNESS.cosign(TEXT, COSIGNED_AT), signature: SECOND.cosign(TEXT, COSIGNED_AT).signature },
      undefined,
    ],
    [
      'without a time',
      'does-not-verify',
      { ...WITNESS.cosign(TEXT, 1), signature: LOG.sign(TEXT).signature },
      undefined,
    ],
    [
      'of a time beyond 2^53',
      'does-not-verify',
      { ...WITNESS.cosign(TEXT, 1), signature: new Uint8Array(72).fill(255) },
      undefined,
    ],
    ['of time 0', 'no-time', WITNESS.cosign(TEXT, 0), undefined],
    ['61 seconds ahead', 'time-ahead', WITNESS.cosign(TEXT, COSIGNED_AT + 61), undefined],
    ['61 seconds before the tree was made', 'time-before', WITNESS.cosign(TEXT, CLOCK.since - 61), undefined],
    ['a second before the last', 'time-behind', WITNESS.cosign(TEXT, COSIGNED_AT - 1), COSIGNED_AT],
    ['ahead, although the last was too', 'time-ahead', WITNESS.cosign(TEXT, COSIGNED_AT + 90), COSIGNED_AT + 80],
  ];
  it.each(faults)('a line %s is refused: %s', (_what, fault, line, last) => {
    const witnesses = [{ verifier: WITNESS.verifier, last }, ...asked(SECOND)];
    const answer = formatSignatures([line, SECOND.cosign(TEXT, COSIGNED_AT)]);
    const { accepted, refused } = readCosignatures(answer, TEXT, witnesses, CLOCK);
    expect(refused).toEqual([{ witness: WITNESS.verifier, fault }]);
    expect(accepted.map(({ witness }) => witness)).toEqual([SECOND.verifier]);
  });
  it.each([
    ['60 seconds ahead', COSIGNED_AT + 60, undefined],
    ['at the same second as the last', COSIGNED_AT, COSIGNED_AT],
    ['a second later', COSIGNED_AT + 1, COSIGNED_AT],
    ['60 seconds before the tree was made', CLOCK.since - 60, undefined],
  ])('a line %s is taken', (_what, time, last) => {
    const witnesses = [{ verifier: WITNESS.verifier, last }];
    const answer = formatSignatures([WITNESS.cosign(TEXT, time)]);
    expect(readCosignatures(answer, TEXT, witnesses, CLOCK).accepted.map((one) => one.time)).toEqual([time]);
  });

  it('a flipped bit leaves nothing that is taken', () => {
    const passed = flipped(utf8(WITNESS_LINE)).filter((answer) => {
      const thrown = thrownBy(() => {
        const { accepted } = readCosignatures(answer, TEXT, asked(WITNESS), {
          now: 2 ** 53 - 1,
          since: 0,
          tolerance: 0,
        });
        expect(accepted).toEqual([]);
      });
      return thrown !== undefined && !(thrown instanceof MalformedAnswer);
    });
    expect(passed).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['a word', 'cosigned\n'],
    ['a line without its newline', WITNESS_LINE.trimEnd()],
    ['a line and an empty one', `${WITNESS_LINE}\n`],
    ['a whole note', `${TEXT}\n${WITNESS_LINE}`],
    ['carriage returns', WITNESS_LINE.replace('\n', '\r\n')],
    ['HTML', '<html></html>\n'],
    ['a hundred and one lines', WITNESS_LINE.repeat(101)],
    ['what is no base64', `${WITNESS_LINE}— a *\n`],
  ])('is not %s', (_what, answer) => {
    expect(() => readCosignatures(answer, TEXT, asked(WITNESS), CLOCK)).toThrow(MalformedAnswer);
  });
  it('has 64 KiB at most, or what the caller says', () => {
    const answer = `${WITNESS_LINE}\u2014 a ${'A'.repeat(65_536)}\n`;
    expect(() => readCosignatures(answer, TEXT, asked(WITNESS), CLOCK)).toThrow(MalformedAnswer);
    expect(readCosignatures(answer, TEXT, asked(WITNESS), CLOCK, 70_000).accepted.length).toBe(1);
  });
  it('reads any answer, and throws nothing but its failure', () => {
    const line = fc.oneof(
      fc.constant(WITNESS_LINE),
      fc.string({ unit: 'binary' }),
      fc.base64String().map((text) => `\u2014 a ${text}\n`),
    );
    const answers = fc.oneof(
      fc.uint8Array(),
      fc.array(line, { maxLength: 4 }).map((lines) => lines.join('')),
    );
    fc.assert(
      fc.property(answers, (answer) => {
        const thrown = thrownBy(() => readCosignatures(answer, TEXT, asked(WITNESS), CLOCK));
        expect(thrown === undefined || thrown instanceof MalformedAnswer).toBe(true);
      }),
    );
  });
});

describe('tlog-witness: the size in a conflict', () => {
  it.each([
    ['0\n', 0],
    ['20852163\n', 20_852_163],
    ['9007199254740991\n', 2 ** 53 - 1],
  ])('%j', (body, size) => {
    expect(parseSize(body)).toBe(size);
    expect(parseSize(utf8(body))).toBe(size);
    expect(formatSize(treeSize(size))).toBe(body);
  });
  it.each([
    '',
    '\n',
    '7',
    '70',
    ' 7\n',
    '7 \n',
    '7\n\n',
    '7\r\n',
    '07\n',
    '+7\n',
    '-7\n',
    '7.0\n',
    '7e3\n',
    '0x7\n',
    '7\n8\n',
    'seven\n',
    '18446744073709551616\n',
    `${'9'.repeat(64)}\n`,
  ])('not %j', (body) => {
    expect(() => parseSize(body)).toThrow(MalformedAnswer);
  });
  it('says of what is beyond 2^53 - 1 that it is so', () => {
    expect(() => parseSize('9007199254740992\n')).toThrow(/the size 9007199254740992 is beyond 2\^53 - 1/);
    expect(() => parseSize('18446744073709551615\n')).toThrow(/is beyond 2\^53 - 1/);
  });
  it('gives back what was written', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (size) => parseSize(formatSize(treeSize(size))) === size));
  });
  it('reads anything, and throws nothing but its failure', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), (body) => {
        const thrown = thrownBy(() => parseSize(body));
        expect(thrown === undefined || thrown instanceof MalformedAnswer).toBe(true);
      }),
    );
  });
});
