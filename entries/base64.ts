import { InvalidEntry } from './failures.ts';

/**
 * Standard base64 (RFC 4648 §4) as Go's `StdEncoding` reads it: padding is required, line ends are skipped, unused
 * bits of the last character are ignored.
 *
 * @param complaint - what stands before Go's words when the text is no base64
 * @throws InvalidEntry
 */
export function readBase64(text: string, complaint = ''): Uint8Array {
  const bytes = parseStandard(text);
  if (bytes === undefined) throw new InvalidEntry(`${complaint}illegal base64 data at input byte ${illegalAt(text)}`);
  return bytes;
}

/** Base64 as DSSE allows it: the standard alphabet or else the one for URLs (RFC 4648 §5), padded; undefined if neither. */
export function parseAnyBase64(text: string): Uint8Array | undefined {
  const bytes = parseStandard(text);
  if (bytes !== undefined || /[+/]/.test(text)) return bytes;
  return parseStandard(text.replaceAll('-', '+').replaceAll('_', '/'));
}

/** Whether `text` is padded base64 of the standard alphabet and nothing else, line ends included. */
export function isPlainBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const foreign = text.search(FOREIGN);
  return foreign < 0 || text.slice(foreign, foreign + 3) === '=' || text.slice(foreign, foreign + 3) === '==';
}

// Searching for a stranger needs no backtracking; matching the whole text would, and overflows on megabytes.
const FOREIGN = /[^A-Za-z0-9+/]/;

function parseStandard(text: string): Uint8Array | undefined {
  if (isPlainBase64(text)) return decode(text);
  const oneLine = text.replaceAll(/[\r\n]/g, '');
  return isPlainBase64(oneLine) ? decode(oneLine) : undefined;
}

function decode(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The offset that Go reports for `text`, which is no base64. All before it is ASCII, so it counts bytes too. */
function illegalAt(text: string): number {
  let filled = 0; // characters in the group of four that is being read
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (isLineEnd(char)) continue;
    if (FOREIGN.test(char)) return char === '=' && filled >= 2 ? illegalPadding(text, at, filled) : at;
    filled = (filled + 1) % 4;
  }
  return text.length - filled;
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
