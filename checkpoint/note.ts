import { concatBytes, parseBase64, toBase64 } from '../base/bytes.ts';
import { MalformedNote } from './failures.ts';

/** One line below a note: c2sp.org/signed-note, "Signatures". */
export interface NoteSignature {
  /** Key name: not empty, no white space, no plus. */
  readonly name: string;
  /** First 4 bytes of what identifies the key: of the key's hash on Rekor v1, of name and key together elsewhere. */
  readonly hint: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** What was signed, with its final newline. */
  readonly text: string;
  /** At least one. Nothing about them has been verified. */
  readonly signatures: readonly NoteSignature[];
}

const DASH = '\u2014';

/** @param note.text - ends in a newline */
export function formatNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, hint, signature }) => {
    return `${DASH} ${name} ${toBase64(concatBytes(hint, signature))}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** @throws MalformedNote */
export function parseNote(note: string): SignedNote {
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0) throw new MalformedNote('a note needs a blank line before its signatures');
  if (!note.endsWith('\n')) throw new MalformedNote('a note ends in a newline');
  const lines = note.slice(gap + 2, -1);
  return { text: note.slice(0, gap + 1), signatures: lines.split('\n').map(parseSignature) };
}

function parseSignature(line: string, i: number): NoteSignature {
  const [dash, name, encoded, ...rest] = line.split(' ');
  const bytes = encoded === undefined ? undefined : parseBase64(encoded);
  if (dash !== DASH || !name || /[\s+]/.test(name) || rest.length > 0 || bytes === undefined || bytes.length < 5) {
    throw new MalformedNote(`signature line ${i + 1} is not a dash, a name and base64 of at least 5 bytes`);
  }
  return { name, hint: bytes.slice(0, 4), signature: bytes.slice(4) };
}
