import { utf8 } from './bytes.ts';
import { CostlyJson, MalformedJson } from './failures.ts';
import { foldCase } from './go-case.ts';
import { JSON_LIMITS, type JsonLimits, JsonMeter } from './json-meter.ts';
import { decodeUtf8, MAX_FOREIGN_BYTES } from './utf8-mending.ts';

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

/** A number as it is spelled: Go reads `1.0` and `1e0` into no integer. */
export class SpelledNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** As `readJson` with `ignore`, with each number as it is spelled. Takes some five times as long. @throws MalformedJson */
export function readJsonSpelled(bytes: Uint8Array, limits: JsonLimits = JSON_LIMITS): unknown {
  const meter = new JsonMeter(limits);
  meter.feed(bytes);
  return parse(decodeUtf8(meter.end === undefined ? bytes : bytes.subarray(0, meter.end)), spelled);
}

function spelled(_name: string, value: unknown, { source = '' }: { readonly source?: string } = {}): unknown {
  return typeof value === 'number' ? new SpelledNumber(source) : value;
}

/** As `readJson` for a text that has a UTF-8 form: one without lone surrogates. @throws MalformedJson */
export function readJsonText(text: string, limits: JsonLimits = JSON_LIMITS): unknown {
  new JsonMeter(limits).feed(utf8(text));
  return parse(text);
}

/** The text of a string in JSON that has escapes, with its quotes around it. @throws MalformedJson */
export function unescaped(literal: string): string {
  return parse(literal) as string;
}

/** `JSON.parse` with well-formed strings. @throws MalformedJson */
function parse(text: string, revive?: typeof spelled): unknown {
  try {
    return JSON.parse(withoutLoneSurrogates(text), revive) as unknown;
  } catch (error) {
    if (error instanceof CostlyJson) throw error;
    throw new MalformedJson(error instanceof SyntaxError ? error.message : 'JSON cannot be read');
  }
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const HIGH_SURROGATE = /^\\u[dD][89abAB][0-9a-fA-F]{2}$/;
const LOW_SURROGATE = /^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/;
/** As many as bytes that are no UTF-8. */
const MAX_LONE_SURROGATES = MAX_FOREIGN_BYTES;
/** Characters of an escape such as `\ud800`. */
const LONG_ESCAPE = 6;

/** JSON with the escape of U+FFFD for each escape of a lone surrogate. Only an escape can bring one into decoded UTF-8. */
function withoutLoneSurrogates(json: string): string {
  if (!SURROGATE_ESCAPE.test(json)) return json;
  const parts: string[] = [];
  let from = 0;
  for (let at = json.indexOf('\\'); at >= 0;) {
    const kind = surrogatesAt(json, at);
    if (kind === 'lone' && parts.push(json.slice(from, at), '\\ufffd') > 2 * MAX_LONE_SURROGATES)
      throw new CostlyJson(`JSON has more than ${MAX_LONE_SURROGATES} escapes of lone surrogates`);
    const next = at + (kind === 'pair' ? 2 * LONG_ESCAPE : kind === 'lone' ? LONG_ESCAPE : 2);
    if (kind === 'lone') from = next;
    at = json.indexOf('\\', next);
  }
  return parts.length === 0 ? json : parts.join('') + json.slice(from);
}

function surrogatesAt(json: string, at: number): 'none' | 'lone' | 'pair' {
  const escape = json.slice(at, at + LONG_ESCAPE);
  const isHigh = HIGH_SURROGATE.test(escape);
  if (!isHigh && !LOW_SURROGATE.test(escape)) return 'none';
  return isHigh && LOW_SURROGATE.test(json.slice(at + LONG_ESCAPE, at + 2 * LONG_ESCAPE)) ? 'pair' : 'lone';
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member that Go would put into the struct field `name`: its name in any case, the last one if there are several. */
export function foldedMember(object: JsonObject, name: string): unknown {
  const folded = foldCase(name);
  const key = Object.keys(object).findLast(
    (one) => one === name || (one.length === name.length && foldCase(one) === folded),
  );
  return key === undefined ? undefined : object[key];
}
