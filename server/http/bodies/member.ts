import { MalformedJson } from '../../../base/failures.ts';
import type { JsonLimits } from '../../../base/json-meter.ts';
import { foldedMember, isObject, type JsonObject, readJson } from '../../../base/json-reader.ts';
import { missing, unreadableBody } from '../read.ts';

/** The object in a body; `null` is one without members. @throws InvalidRequest */
export function readObject(
  body: Uint8Array,
  parameter: 'entry' | 'query',
  limits: JsonLimits,
  read: (body: Uint8Array, limits: JsonLimits) => unknown = readValue,
): JsonObject {
  if (isBlank(body)) throw missing(parameter, 'body');
  const value = parse(() => read(body, limits), parameter);
  if (value === null) return {};
  if (!isObject(value)) throw unreadableBody(parameter, 'it is not a JSON object');
  return value;
}

const readValue = (body: Uint8Array, limits: JsonLimits): unknown => readJson(body, 'ignore', limits);

function parse(read: () => unknown, parameter: 'entry' | 'query'): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedJson) throw unreadableBody(parameter, error.message);
    throw error;
  }
}

/** Whether there is JSON's white space and nothing else: Go's decoder meets the end of the body before any value. */
export function isBlank(body: Uint8Array): boolean {
  for (const byte of body) if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  return true;
}

/** A member, by its name in any case; undefined if it is absent or `null`. */
export function member(object: JsonObject, name: string): unknown {
  return foldedMember(object, name) ?? undefined;
}

/** A text member; undefined if it is absent, `null` or empty, which Rekor does not tell apart. @throws InvalidRequest */
export function textMember(object: JsonObject, name: string): string | undefined {
  const value = member(object, name);
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw unreadableBody('query', `${name} is not a string`);
  return value;
}
