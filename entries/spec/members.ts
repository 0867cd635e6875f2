import { isObject, type JsonObject } from '../../base/json-reader.ts';
import { InvalidEntry } from '../failures.ts';

/*
 * Members of a spec as Rekor's decoders take them: names match exactly, and a member of the wrong type counts as absent.
 */

/** @throws InvalidEntry in Rekor's words, which name the type by its name in Go */
export function readSpec(spec: unknown): JsonObject {
  if (!isObject(spec)) throw new InvalidEntry(`unsupported input type ${goType(spec)} for DecodeEntry`);
  return spec;
}

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'json.Number';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : '<nil>';
}

export function objectIn(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const member = object?.[name];
  return isObject(member) ? member : undefined;
}

export function listIn(object: JsonObject | undefined, name: string): readonly unknown[] | undefined {
  const member = object?.[name];
  return Array.isArray(member) ? member : undefined;
}

/** A string with U+FFFD for lone surrogates: what is stored has to have a UTF-8 form. */
export function textIn(object: JsonObject | undefined, name: string): string | undefined {
  const member = object?.[name];
  return typeof member === 'string' ? member.toWellFormed() : undefined;
}
