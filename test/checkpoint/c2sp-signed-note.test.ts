import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { MalformedNote } from '../../checkpoint/failures.ts';
import { type NoteSignature, type SignedNote, formatNote, parseNote } from '../../checkpoint/note.ts';

const TEXT = 'log.example - 42\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
const line = (name: string, encoded: string): string => `\u2014 ${name} ${encoded}\n`;

describe('signed-note: what is a note', () => {
  const valid: readonly (readonly [string, string, number])[] = [
    ['one signature', `${TEXT}\n${line('log.example', 'AQIDBAU=')}`, 1],
    ['several signatures, also by one name', `${TEXT}\n${line('a', 'AQIDBAU=')}${line('a', 'AQIDBAY=')}`, 2],
    ['a text with a blank line', `a\n\nb\n\n${line('a', 'AQIDBAU=')}`, 1],
    ['a name of another alphabet, with a slash', `a\n\n${line('прим/ер', 'AQIDBAU=')}`, 1],
    ['a text of one newline', `\n\n${line('a', 'AQIDBAU=')}`, 1],
  ];
  it.each(valid)('%s', (_what, note, count) => {
    const { signatures, text } = parseNote(note);
    expect(signatures.length).toBe(count);
    expect(text.endsWith('\n')).toBe(true);
    expect(formatNote({ text, signatures })).toBe(note);
  });

  const invalid: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['a text alone', TEXT],
    ['no signature below the blank line', `${TEXT}\n`],
    ['no blank line', `${TEXT}${line('a', 'AQIDBAU=')}`],
    ['no final newline', `${TEXT}\n${line('a', 'AQIDBAU=').trimEnd()}`],
    ['a blank line at the end', `${TEXT}\n${line('a', 'AQIDBAU=')}\n`],
    ['a hyphen for the dash', `${TEXT}\n- a AQIDBAU=\n`],
    ['an en dash', `${TEXT}\n\u2013 a AQIDBAU=\n`],
    ['no space behind the dash', `${TEXT}\n\u2014a AQIDBAU=\n`],
    ['no name', `${TEXT}\n\u2014  AQIDBAU=\n`],
    ['a plus in the name', `${TEXT}\n${line('a+b', 'AQIDBAU=')}`],
    ['a no-break space in the name', `${TEXT}\n${line('a\u00a0b', 'AQIDBAU=')}`],
    ['a tab for a space', `${TEXT}\n\u2014\ta\tAQIDBAU=\n`],
    ['three words', `${TEXT}\n${line('a b', 'AQIDBAU=')}`],
    ['a space at the end of the line', `${TEXT}\n${line('a', 'AQIDBAU= ')}`],
    ['a carriage return', `${TEXT}\n${line('a', 'AQIDBAU=\r')}`],
    ['no signature', `${TEXT}\n\u2014 a\n`],
    ['an empty signature', `${TEXT}\n${line('a', '')}`],
    ['a hint without a signature', `${TEXT}\n${line('a', 'AQIDBA==')}`],
    ['base64 without its padding', `${TEXT}\n${line('a', 'AQIDBAU')}`],
    ['base64 with stray bits', `${TEXT}\n${line('a', 'AQIDBAV=')}`],
    ['the alphabet of URLs', `${TEXT}\n${line('a', 'AQIDBA-_')}`],
    ['a good line and a bad one', `${TEXT}\n${line('a', 'AQIDBAU=')}b\n`],
  ];
  it.each(invalid)('not %s', (_what, note) => {
    expect(() => parseNote(note)).toThrow(MalformedNote);
  });

  it('the first line that is at fault is named', () => {
    expect(() => parseNote(`${TEXT}\n${line('a', 'AQIDBAU=')}b\nc\n`)).toThrow(/^signature line 2 is not a dash/);
  });
});

const names = fc.stringMatching(/^[a-z0-9.:/-]{1,20}$/);
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const signatures: fc.Arbitrary<NoteSignature> = fc.record({ name: names, hint: bytes(4, 4), signature: bytes(1, 80) });
const notes: fc.Arbitrary<SignedNote> = fc.record({
  text: fc.array(fc.stringMatching(/^[ -~é]{0,30}$/), { minLength: 1, maxLength: 6 }).map((t) => `${t.join('\n')}\n`),
  signatures: fc.array(signatures, { minLength: 1, maxLength: 4 }),
});

describe('signed-note: writing and reading', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(notes, (note) => {
        const { text, signatures: read } = parseNote(formatNote(note));
        expect(text).toBe(note.text);
        expect(read.map(plain)).toEqual(note.signatures.map(plain));
      }),
    );
  });
  it('reads any text at all in words or not, and never throws anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `${text}\n\n\u2014 ${text}\n`),
        ),
        (text) => {
          let refused: unknown;
          try {
            expect(formatNote(parseNote(text))).toBe(text);
          } catch (error) {
            refused = error;
          }
          expect(refused === undefined || refused instanceof MalformedNote).toBe(true);
        },
      ),
    );
  });
});

const plain = ({ name, hint, signature }: NoteSignature) => [name, toHex(hint), toHex(signature)];
