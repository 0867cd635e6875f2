import { brief } from './brief.ts';
import { MalformedJson } from './failures.ts';
import { duplicateMember } from './json-duplicates.ts';
import { type JsonLimits, JsonMeter } from './json-meter.ts';

/*
 * JSON as a gRPC gateway takes it from a request before protobuf-go looks at it. It is stricter than encoding/json is
 * with Rekor v1: bytes that are no UTF-8 and members that stand twice are refused, not mended.
 */

/**
 * The first JSON value in `bytes`; whatever follows it is ignored. An empty object for nothing but white space, which
 * is an empty message.
 *
 * @param limits - of the first value; to find the member that stands twice takes as long again as to read them all
 * @throws MalformedJson
 */
export function readProtoJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  const meter = new JsonMeter(limits, 'value');
  meter.feed(bytes);
  const text = decode(meter.end === undefined ? bytes : bytes.subarray(0, meter.end));
  if (meter.end === undefined && BLANK_TEXT.test(text)) return {};
  const value = parse(text, meter.end === undefined);
  if (countMembers(value) !== meter.members)
    throw new MalformedJson(`${brief(duplicateMember(text) ?? '')} stands twice`);
  return value;
}

const BLANK_TEXT = /^[ \t\r\n]*$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedJson('the text is not UTF-8');
  }
}

/** @param isOpen - no array or object has come to its end */
function parse(text: string, isOpen: boolean): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (isOpen && /^[ \t\r\n]*[[{]/.test(text)) throw new MalformedJson('unexpected EOF');
    throw new MalformedJson(error instanceof SyntaxError ? error.message : 'JSON cannot be read');
  }
}

/** Counts the members of all levels, without recursion: the sender decides how deep they go. */
function countMembers(root: unknown): number {
  let count = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inner: unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += inner.length;
    for (const one of inner) if (typeof one === 'object' && one !== null) open.push(one);
  }
  return count;
}
