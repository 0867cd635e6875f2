import { concatBytes, parseStrayBase64, toBase64 } from '../base/bytes.ts';
import { MalformedNote } from './failures.ts';
import { type FailureClass, type WireText, isKeyName, isNoteText, readText } from './text.ts';

/** One line below a note: c2sp.org/signed-note, "Signatures". */
export interface NoteSignature {
  /** Key name: not empty, no white space, no plus. */
  readonly name: string;
  /** The key's id, 4 bytes: of the key's hash on Rekor v1, of name and key together elsewhere. */
  readonly keyId: Uint8Array;
  /** The bytes behind the id: at least one, of a form that the key's type says. */
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** The text that was signed, with its final newline. */
  readonly text: string;
  /** At least one. Nothing about them has been verified. */
  readonly signatures: readonly NoteSignature[];
}

/** Bytes that a note may have unless a caller says otherwise: room for sixteen signatures of ML-DSA-44. */
export const NOTE_LIMIT = 65_536;

/** Signature lines of one note at most, as in Go: an unknown sender must not cause verifications without a bound. */
const MOST_SIGNATURES = 100;

const DASH = '\u2014';

/** Text, blank line, signatures. @throws RangeError for what could not be read back */
export function formatNote({ text, signatures }: SignedNote): string {
  if (!text.endsWith('\n') || !isNoteText(text)) throw new RangeError('not the text of a note');
  return `${text}\n${formatSignatures(signatures)}`;
}

/** The lines below a note; also what a witness answers. @throws RangeError for what could not be read back */
export function formatSignatures(signatures: readonly NoteSignature[]): string {
  return signatures.map(formatSignature).join('');
}

function formatSignature({ name, keyId, signature }: NoteSignature): string {
  if (!isKeyName(name) || keyId.length !== 4 || signature.length === 0)
    throw new RangeError('not a signature of a note');
  return `${DASH} ${name} ${toBase64(concatBytes(keyId, signature))}\n`;
}

/**
 * As Go's `note.Open` reads it. Lines whose base64 has stray bits (RFC 4648 §3.5), which Go lets pass, are left
 * out: a signature has one spelling here, and what a stranger wrote below a note spoils no other line.
 *
 * @param limit - bytes
 * @throws MalformedNote
 */
export function parseNote(note: WireText, limit: number = NOTE_LIMIT): SignedNote {
  const whole = readText(note, limit, MalformedNote);
  const gap = whole.lastIndexOf('\n\n');
  if (gap < 0) throw new MalformedNote('a note needs a blank line before its signatures');
  return { text: whole.slice(0, gap + 1), signatures: parseSignatures(whole.slice(gap + 2), MalformedNote) };
}

/** One or more lines, each with its newline, at least one of them without stray bits. @throws what `Refused` makes */
export function parseSignatures(text: string, Refused: FailureClass): readonly NoteSignature[] {
  if (!text.endsWith('\n')) throw new Refused('no newline behind the last signature');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new Refused(`more than ${MOST_SIGNATURES} signatures`);
  const signatures = lines.flatMap((line, i) => parseSignature(line, i, Refused) ?? []);
  if (signatures.length === 0) throw new Refused('no signature line whose base64 is as it is written');
  return signatures;
}

/** Undefined for a line with stray bits. */
function parseSignature(line: string, i: number, Refused: FailureClass): NoteSignature | undefined {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ');
  const bytes = parseStrayBase64(encoded);
  if (dash !== DASH || !isKeyName(name) || rest.length > 0 || bytes === undefined || bytes.length < 5)
    throw new Refused(`signature line ${i + 1} is not a dash, a name and base64 of at least 5 bytes`);
  return toBase64(bytes) === encoded ? { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) } : undefined;
}
