import { toBase64, utf8 } from '../../base/bytes.ts';
import { parseGoBase64 } from '../../base/go-base64.ts';
import { CostlyKey } from './failures.ts';

/** A block of RFC 7468, or of its laxer forebears: headers are read over. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** A block, and the text behind its last line. */
export interface FoundBlock {
  readonly block: PemBlock;
  readonly rest: string;
}

const END = '\n-----END ';
const BEGIN = '-----BEGIN ';
const DASHES = '-----';

/** Blocks, or ends of blocks, that are skipped because they cannot be read: 20 us each. */
const MAX_SKIPPED = 64;
/** Characters of a block. No log takes an entry with a longer certificate: it would be longer than an entry may be. */
const MAX_BLOCK = 131_072;

/**
 * The first block in `text`, read as Go's encoding/pem does: it starts at the beginning of a line and ends with a line
 * of its own label; what stands before it, or does not parse, is skipped. Undefined if there is none. Linear in `text`.
 *
 * @throws CostlyKey where limits leave off what Go would go on with
 */
export function findPemBlock(text: string): FoundBlock | undefined {
  let skipped = 0;
  for (let from = 0; ;) {
    const end = text.indexOf(END, from);
    if (end < 0) return undefined;
    if (skipped > MAX_SKIPPED) throw new CostlyKey(`more than ${MAX_SKIPPED} PEM blocks cannot be read`);
    skipped += 1;
    const found = readBlockThatEnds(text, from, end);
    if (found !== undefined) return found;
    from = end + END.length;
  }
}

/** The block between the last BEGIN in `[from, end)` and the END at `end`. */
function readBlockThatEnds(text: string, from: number, end: number): FoundBlock | undefined {
  const contents = contentsBetween(text, from, end);
  if (contents === undefined) return undefined;
  const [firstLine, afterFirst] = cutLine(contents);
  if (!firstLine.endsWith(DASHES)) return undefined;
  const label = firstLine.slice(0, -DASHES.length);
  const closing = label + DASHES;
  const newline = text.indexOf('\n', end + END.length);
  const trailer = text.slice(end + END.length, newline < 0 ? text.length : newline + 1);
  if (!trailer.startsWith(closing) || cutLine(trailer.slice(closing.length))[0] !== '') return undefined;
  const body = skipHeaders(afterFirst);
  const bytes = parseGoBase64(body) ?? parseGoBase64(body.replaceAll(/[ \t]+/g, ''));
  const rest = text.slice(end + END.length + trailer.length);
  return bytes === undefined ? undefined : { block: { label, bytes }, rest };
}

/** The text behind the last BEGIN in `[from, end)`, if that starts a line, and up to `end`. @throws CostlyKey */
function contentsBetween(text: string, from: number, end: number): string | undefined {
  const before = text.slice(from, end + 1);
  const begin = lastBegin(before);
  if (begin < 0 || (begin > 0 && before[begin - 1] !== '\n')) return undefined;
  const length = before.length - begin;
  if (length > MAX_BLOCK) throw new CostlyKey(`a PEM block has ${length} characters, and the limit is ${MAX_BLOCK}`);
  return before.slice(begin + BEGIN.length);
}

/** Looks forwards, which is ten times faster than backwards in a text that has no other dash. */
function lastBegin(text: string): number {
  let begin = -1;
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + 1)) begin = at;
  return begin;
}

/** The first line without trailing blanks, and what follows it. */
function cutLine(text: string): readonly [line: string, rest: string] {
  const newline = text.indexOf('\n');
  if (newline < 0) return [trimBlanks(text, false), ''];
  return [trimBlanks(text.slice(0, newline), true), text.slice(newline + 1)];
}

function trimBlanks(line: string, dropReturn: boolean): string {
  let end = dropReturn && line.endsWith('\r') ? line.length - 1 : line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}

/** RFC 1421 §4.6: lines with a colon before the body. */
function skipHeaders(text: string): string {
  let at = 0;
  for (;;) {
    const newline = text.indexOf('\n', at);
    const colon = text.indexOf(':', at);
    if (colon < 0 || newline < 0 || colon > newline) return text.slice(at);
    at = newline + 1;
  }
}

/** RFC 7468 §2: 64 columns, LF at every end, no headers. */
export function encodePem({ label, bytes }: PemBlock): Uint8Array {
  return utf8(`-----BEGIN ${label}-----\n${inColumns(toBase64(bytes))}-----END ${label}-----\n`);
}

/** In lines of 64, each with its LF. */
export function inColumns(text: string): string {
  let lines = '';
  for (let at = 0; at < text.length; at += 64) lines += `${text.slice(at, at + 64)}\n`;
  return lines;
}

/** White space of Unicode beyond ASCII, as Go trims it: U+0085 is, the byte order mark U+FEFF is not. */
const FOREIGN_SPACE = /^[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return FOREIGN_SPACE.test(text.charAt(at));
}

/** `text` without white space at both ends. */
export function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text, from)) from += 1;
  while (to > from && isSpace(text, to - 1)) to -= 1;
  return text.slice(from, to);
}
