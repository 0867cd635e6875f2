import { MalformedJson } from './failures.ts';
import { foldCase } from './go-case.ts';
import { JSON_LIMITS, type JsonLimits, JsonMeter } from './json-meter.ts';

/*
 * JSON as Go's encoding/json reads it, because the leaf bytes of what clients send depend on it: bytes that are no
 * UTF-8 and lone surrogates become U+FFFD, the last of two members with one name wins, and names of struct fields
 * match in any case.
 */

/**
 * @param trailing - what follows the first array or object: `ignore` as Go's `Decoder.Decode`, `refuse` as `json.Unmarshal`
 * @throws MalformedJson
 */
export function readJson(bytes: Uint8Array, trailing: 'ignore' | 'refuse', limits: JsonLimits = JSON_LIMITS): unknown {
  const meter = new JsonMeter(limits);
  meter.feed(bytes);
  const end = trailing === 'ignore' ? meter.end : undefined;
  return parse(decodeUtf8(end === undefined ? bytes : bytes.subarray(0, end)));
}

/** `JSON.parse` with well-formed strings. @throws MalformedJson */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, text.includes('\\u') ? wellFormed : undefined) as unknown;
  } catch (error) {
    throw new MalformedJson(error instanceof SyntaxError ? error.message : 'JSON cannot be read');
  }
}

/** Only an escape can bring a lone surrogate into text that was decoded from UTF-8. */
function wellFormed(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 to text, with one U+FFFD for every byte that belongs to no character, as Go counts them. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeByteByByte(bytes);
  }
}

function decodeByteByByte(bytes: Uint8Array): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(lenient.decode(bytes.subarray(from, at)), '\ufffd');
    at += 1;
    from = at;
  }
  parts.push(lenient.decode(bytes.subarray(from)));
  return parts.join('');
}

/** Bytes of the well-formed character that starts at `at`; 0 if none does. */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const row = WELL_FORMED.find(({ from, to }) => lead >= from && lead <= to);
  if (row === undefined) return 0;
  const tail = bytes.subarray(at + 1, at + row.length);
  const [second = 0x80] = tail;
  const whole = tail.length === row.length - 1 && tail.every((byte) => byte >= 0x80 && byte <= 0xbf);
  return whole && second >= row.least && second <= row.most ? row.length : 0;
}

/** Unicode 16, table 3-7: the first byte of a character, how long it is, and the range of the second byte. */
const WELL_FORMED = [
  { from: 0x00, to: 0x7f, length: 1, least: 0x80, most: 0xbf },
  { from: 0xc2, to: 0xdf, length: 2, least: 0x80, most: 0xbf },
  { from: 0xe0, to: 0xe0, length: 3, least: 0xa0, most: 0xbf },
  { from: 0xe1, to: 0xec, length: 3, least: 0x80, most: 0xbf },
  { from: 0xed, to: 0xed, length: 3, least: 0x80, most: 0x9f },
  { from: 0xee, to: 0xef, length: 3, least: 0x80, most: 0xbf },
  { from: 0xf0, to: 0xf0, length: 4, least: 0x90, most: 0xbf },
  { from: 0xf1, to: 0xf3, length: 4, least: 0x80, most: 0xbf },
  { from: 0xf4, to: 0xf4, length: 4, least: 0x80, most: 0x8f },
] as const;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member that Go would put into the struct field `name`: its name in any case, the last one if there are several. */
export function foldedMember(object: JsonObject, name: string): unknown {
  const folded = foldCase(name);
  const key = Object.keys(object).findLast((one) => one === name || foldCase(one) === folded);
  return key === undefined ? undefined : object[key];
}
