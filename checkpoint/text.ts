import { parseBase64, parseUtf8, utf8 } from '../base/bytes.ts';
import type { Failure } from '../base/failure.ts';
import { type NodeHash, nodeHash } from '../merkle/types.ts';

/*
 * Parts of all these formats: lines of UTF-8, decimal numbers, and hashes in base64. Each reader is told what a refusal
 * is called, so that whoever sent the text hears which format it is not.
 */

/** As it came over the wire, or decoded already. */
export type WireText = string | Uint8Array;

/** The failure that a format has for what is not of it. */
export type FailureClass = new (message: string) => Failure<string>;

const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Most hashes in a proof: the height of a tree of 2^63 leaves. c2sp.org/tlog-witness, "add-checkpoint". */
const MOST_HASHES = 63;

/** Whether a note may hold `text`: no lone surrogate, no ASCII control but newlines. c2sp.org/signed-note, "Format". */
export function isNoteText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text);
}

/** Whether `text` is one line of a note, and not an empty one. */
export function isNoteLine(text: string): boolean {
  return text !== '' && !text.includes('\n') && isNoteText(text);
}

/** Unicode's white space, as Go's `unicode.IsSpace` has it: U+0085 is, the byte order mark U+FEFF is not. */
const NOT_IN_NAMES = /[\p{White_Space}+]/u;

/** Not empty, no Unicode white space, no plus: c2sp.org/signed-note, "Format". */
export function isKeyName(name: string): boolean {
  return isNoteLine(name) && !NOT_IN_NAMES.test(name);
}

/** The text of a note, or of what holds one. @param limit - bytes; what is longer is not looked at */
export function readText(from: WireText, limit: number, Refused: FailureClass): string {
  const tooLong = `longer than ${limit} bytes`;
  if (from.length > limit) throw new Refused(tooLong);
  const text = typeof from === 'string' ? from : parseUtf8(from);
  if (text?.isWellFormed() !== true) throw new Refused('not UTF-8');
  if (typeof from === 'string' && utf8(from).length > limit) throw new Refused(tooLong);
  if (CONTROL.test(text)) throw new Refused('a control character that is not a newline');
  return text;
}

/** Decimal digits, no leading zeros. The formats count to 2^64 - 1, trees here to 2^53 - 1: it tells the two apart. */
export function readDecimal(digits: string, what: string, Refused: FailureClass): number {
  if (!/^(?:0|[1-9]\d{0,19})$/.test(digits) || BigInt(digits) >= 2n ** 64n)
    throw new Refused(`the ${what} is not a decimal number below 2^64 without leading zeros`);
  const value = Number(digits);
  if (!Number.isSafeInteger(value))
    throw new Refused(`the ${what} ${digits} is beyond 2^53 - 1, the largest that is supported`);
  return value;
}

/** Base64 of 32 bytes. */
export function readHash(line: string, what: string, Refused: FailureClass): NodeHash {
  const hash = parseBase64(line);
  if (hash?.length !== 32) throw new Refused(`the ${what} is not base64 of a SHA-256 hash`);
  return nodeHash(hash);
}

/** The lines of a proof, one hash each; 63 at most. */
export function readHashes(lines: readonly string[], Refused: FailureClass): readonly NodeHash[] {
  if (lines.length > MOST_HASHES) throw new Refused(`the proof has more than ${MOST_HASHES} hashes`);
  return lines.map((line, i) => readHash(line, `proof's line ${i + 1}`, Refused));
}

/** Reads a part by `read`. What the part refuses as malformed is the whole's fault. */
export function readPart<T>(read: () => T, Part: FailureClass, Refused: FailureClass): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Part) throw new Refused(error.message);
    throw error;
  }
}
