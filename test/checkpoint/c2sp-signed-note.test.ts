import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64, toHex, utf8 } from '../../base/bytes.ts';
import { MalformedNote } from '../../checkpoint/failures.ts';
import { NOTE_LIMIT, type NoteSignature, type SignedNote, formatNote, parseNote } from '../../checkpoint/note.ts';

const TEXT = 'log.example - 42\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
const line = (name: string, encoded: string): string => `\u2014 ${name} ${encoded}\n`;

/** Key id, time and signature of a cosignature of that type. */
const POST_QUANTUM = toBase64(new Uint8Array(4 + 8 + 2420));

describe('signed-note: what is a note', () => {
  const valid: readonly (readonly [string, string, number])[] = [
    ['one signature', `${TEXT}\n${line('log.example', 'AQIDBAU=')}`, 1],
    ['several signatures, also by one name', `${TEXT}\n${line('a', 'AQIDBAU=')}${line('a', 'AQIDBAY=')}`, 2],
    ['a text with a blank line', `a\n\nb\n\n${line('a', 'AQIDBAU=')}`, 1],
    ['a name of another alphabet, with a slash', `a\n\n${line('прим/ер', 'AQIDBAU=')}`, 1],
    ['a text of one newline', `\n\n${line('a', 'AQIDBAU=')}`, 1],
    ['a hundred signatures', `${TEXT}\n${line('a', 'AQIDBAU=').repeat(100)}`, 100],
    ['sixteen signatures of ML-DSA-44', `${TEXT}\n${line('a.example', POST_QUANTUM).repeat(16)}`, 16],
    ['a byte order mark in a name, which is no white space', `a\n\n${line('a\ufeffb', 'AQIDBAU=')}`, 1],
    ['a byte order mark before the text', `\ufeffa\n\n${line('a', 'AQIDBAU=')}`, 1],
    ['a delete character, which Go lets pass', `a\u007f\n\n${line('a', 'AQIDBAU=')}`, 1],
    ['characters beyond 16 bits', `\u{1f510}\n\n${line('\u{1f511}', 'AQIDBAU=')}`, 1],
  ];
  it.each(valid)('%s', (_what, note, count) => {
    const { signatures, text } = parseNote(note);
    expect(signatures.length).toBe(count);
    expect(text.endsWith('\n')).toBe(true);
    expect(formatNote({ text, signatures })).toBe(note);
    expect(parseNote(utf8(note))).toEqual({ text, signatures });
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
    ['a key ID without a signature', `${TEXT}\n${line('a', 'AQIDBA==')}`],
    ['base64 without its padding', `${TEXT}\n${line('a', 'AQIDBAU')}`],
    ['base64 with stray bits', `${TEXT}\n${line('a', 'AQIDBAV=')}`],
    ['the alphabet of URLs', `${TEXT}\n${line('a', 'AQIDBA-_')}`],
    ['a good line and a bad one', `${TEXT}\n${line('a', 'AQIDBAU=')}b\n`],
    ['a hundred and one signatures', `${TEXT}\n${line('a', 'AQIDBAU=').repeat(101)}`],
    ['a next-line character in the name, which is white space', `${TEXT}\n${line('a\u0085b', 'AQIDBAU=')}`],
    ['an ideographic space in the name', `${TEXT}\n${line('a\u3000b', 'AQIDBAU=')}`],
    ['a tab in the text', `a\tb\n\n${line('a', 'AQIDBAU=')}`],
    ['a carriage return in the text', `a\r\n\n${line('a', 'AQIDBAU=')}`],
    ['a zero in the text', `a\0\n\n${line('a', 'AQIDBAU=')}`],
    ['a unit separator in the text', `a\u001f\n\n${line('a', 'AQIDBAU=')}`],
    ['an escape in the name', `${TEXT}\n${line('a\u001b', 'AQIDBAU=')}`],
    ['half a character in the text', `a\ud83d\n\n${line('a', 'AQIDBAU=')}`],
    ['half a character in the name', `a\n\n${line('a\udd10', 'AQIDBAU=')}`],
  ];
  it.each(invalid)('not %s', (_what, note) => {
    expect(() => parseNote(note)).toThrow(MalformedNote);
  });

  const noUtf8: readonly (readonly [string, readonly number[]])[] = [
    ['a byte that no character has', [0xff]],
    ['the tail of a character', [0x80]],
    ['a character in more bytes than it needs', [0xc0, 0xaf]],
    ['half a character', [0xed, 0xa0, 0x80]],
    ['a character cut short', [0xe2, 0x80]],
    ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ];
  it.each(noUtf8)('not with %s', (_what, octets) => {
    const note = (text: readonly number[]): Uint8Array =>
      Uint8Array.from([...text, ...utf8(`\n\n${line('a', 'AQIDBAU=')}`)]);
    expect(() => parseNote(note(octets))).toThrow(/not UTF-8/);
    expect(parseNote(note([0xe2, 0x80, 0x94])).text).toBe('\u2014\n');
  });

  it('has 64 KiB at most, counted in bytes, or what the caller says', () => {
    const note = (length: number): string => `x${'é'.repeat((length - 18) / 2)}\n\n${line('a', 'AQIDBAU=')}`; // 18 bytes
    expect(utf8(note(NOTE_LIMIT)).length).toBe(65_536);
    expect(parseNote(note(NOTE_LIMIT)).signatures.length).toBe(1);
    for (const longer of [note(NOTE_LIMIT + 2), utf8(note(NOTE_LIMIT + 2))]) {
      expect(() => parseNote(longer)).toThrow(new MalformedNote('longer than 65536 bytes'));
      expect(parseNote(longer, NOTE_LIMIT + 2).signatures.length).toBe(1);
    }
    expect(() => parseNote(note(100), 99)).toThrow(MalformedNote);
    expect(parseNote(note(100), 100).signatures.length).toBe(1);
  });

  it('the first line that is at fault is named', () => {
    expect(() => parseNote(`${TEXT}\n${line('a', 'AQIDBAU=')}b\nc\n`)).toThrow(/^signature line 2 is not a dash/);
  });
});

const names = fc.stringMatching(/^[a-z0-9.:/-]{1,20}$/);
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const signatures: fc.Arbitrary<NoteSignature> = fc.record({ name: names, keyId: bytes(4, 4), signature: bytes(1, 80) });
const notes: fc.Arbitrary<SignedNote> = fc.record({
  text: fc.array(fc.stringMatching(/^[ -~é]{0,30}$/), { minLength: 1, maxLength: 6 }).map((t) => `${t.join('\n')}\n`),
  signatures: fc.array(signatures, { minLength: 1, maxLength: 4 }),
});

describe('signed-note: writing and reading', () => {
  const one = { name: 'a', keyId: Uint8Array.of(1, 2, 3, 4), signature: Uint8Array.of(5) };
  const unwritable: readonly (readonly [string, SignedNote])[] = [
    ['a text without its newline', { text: 'a', signatures: [one] }],
    ['a text with a tab', { text: 'a\tb\n', signatures: [one] }],
    ['a text with half a character', { text: '\ud83d\n', signatures: [one] }],
    ['a name with a space', { text: 'a\n', signatures: [one, { ...one, name: 'a b' }] }],
    ['a name with a newline', { text: 'a\n', signatures: [{ ...one, name: 'a\nb' }] }],
    ['no name', { text: 'a\n', signatures: [{ ...one, name: '' }] }],
    ['an id of 3 bytes', { text: 'a\n', signatures: [{ ...one, keyId: Uint8Array.of(1, 2, 3) }] }],
    ['no signature', { text: 'a\n', signatures: [{ ...one, signature: new Uint8Array() }] }],
  ];
  it.each(unwritable)('writes nothing that it could not read: %s', (_what, note) => {
    expect(formatNote({ text: 'a\n', signatures: [one] })).toBe(`a\n\n${line('a', 'AQIDBAU=')}`);
    expect(() => formatNote(note)).toThrow(RangeError);
  });
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
          fc.string({ unit: 'binary' }),
          fc.uint8Array().map((octets) => Buffer.from(octets).toString('latin1')),
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

const plain = ({ name, keyId, signature }: NoteSignature) => [name, toHex(keyId), toHex(signature)];
