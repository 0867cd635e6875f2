import { parseGoBase64 } from '../base/go-base64.ts';
import { InvalidEntry } from './failures.ts';

/**
 * Standard base64 as Go reads it.
 *
 * @param complaint - what stands before Go's words when the text is no base64
 * @throws InvalidEntry
 */
export function readBase64(text: string, complaint = ''): Uint8Array {
  const bytes = parseGoBase64(text);
  if (bytes === undefined) throw new InvalidEntry(`${complaint}illegal base64 data at input byte ${illegalAt(text)}`);
  return bytes;
}

/** Base64 as DSSE allows it: the standard alphabet or else the one for URLs (RFC 4648 §5), padded; undefined if neither. */
export function parseAnyBase64(text: string): Uint8Array | undefined {
  const bytes = parseGoBase64(text);
  if (bytes !== undefined || /[+/]/.test(text)) return bytes;
  return parseGoBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

const FOREIGN_CHARACTER = /[^A-Za-z0-9+/\r\n]/;

/** The offset that Go reports for `text`, which is no base64. All before it is ASCII, so it counts bytes too. */
function illegalAt(text: string): number {
  const foreign = text.search(FOREIGN_CHARACTER);
  const filled = digitsBefore(text, foreign < 0 ? text.length : foreign) % 4; // in a group of four that is not whole
  if (foreign < 0) return text.length - filled;
  return text.charAt(foreign) === '=' && filled >= 2 ? illegalPadding(text, foreign, filled) : foreign;
}

function digitsBefore(text: string, end: number): number {
  let count = end;
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) count -= 1;
  }
  return count;
}

/** The offset that Go reports when the padding that starts at `at` is at fault, or what follows it. */
function illegalPadding(text: string, at: number, filled: number): number {
  let next = skipLineEnds(text, at + 1);
  if (filled === 3) return next;
  if (next === text.length) return next;
  if (text.charAt(next) !== '=') return next - 1;
  next = skipLineEnds(text, next + 1);
  return next;
}

function skipLineEnds(text: string, from: number): number {
  let at = from;
  while (isLineEnd(text.charAt(at))) at += 1;
  return at;
}

const isLineEnd = (char: string): boolean => char === '\r' || char === '\n';
