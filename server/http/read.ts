import { InvalidRequest, UnreadableBody } from './failures.ts';

/*
 * Readers turn what a stranger sent into a value, or name the parameter at fault in go-openapi's words and with its code:
 * rekor-v1 §1.3.
 */

/** Largest and smallest int64. */
const INT64 = { most: 2n ** 63n - 1n, least: -(2n ** 63n) };

export type Place = 'path' | 'query' | 'body';

export function wrongType(name: string, place: Place, type: string, raw: string): InvalidRequest {
  return new InvalidRequest(`${name} in ${place} must be of type ${type}: ${JSON.stringify(raw)}`, 601);
}

export function missing(name: string, place: Place): InvalidRequest {
  return new InvalidRequest(`${name} in ${place} is required`, 602);
}

/** A body that cannot become what the operation takes. @param parameter - Rekor's name for the body */
export function unreadableBody(parameter: 'entry' | 'query', reason: string): UnreadableBody {
  return new UnreadableBody(`parsing ${parameter} body from "" failed, because ${reason}`);
}

/** @throws InvalidRequest unless `text` matches */
export function requirePattern(text: string, name: string, place: Place, pattern: RegExp): void {
  if (!pattern.test(text)) throw new InvalidRequest(`${name} in ${place} should match '${pattern.source}'`, 605);
}

/** @throws InvalidRequest if `value` is less than `least` */
export function requireLeast(value: number | bigint, name: string, place: Place, least: number): void {
  if (value < least) throw new InvalidRequest(`${name} in ${place} should be greater than or equal to ${least}`, 609);
}

/** An int64 as Go reads it (`+1` and `01` are 1). Empty is absent. @throws InvalidRequest */
export function readInteger(query: ReadonlyMap<string, string>, name: string, least: number): bigint | undefined {
  const raw = query.get(name);
  if (raw === undefined || raw === '') return undefined;
  const value = parseInt64(raw);
  if (value === undefined) throw wrongType(name, 'query', 'int64', raw);
  requireLeast(value, name, 'query', least);
  return value;
}

/** @throws InvalidRequest */
export function readRequiredInteger(query: ReadonlyMap<string, string>, name: string, least: number): bigint {
  const value = readInteger(query, name, least);
  if (value === undefined) throw missing(name, 'query');
  return value;
}

/** Go's `strconv.ParseInt(text, 10, 64)`. */
export function parseInt64(text: string): bigint | undefined {
  const [, sign, digits] = /^([+-]?)0*(\d{1,19})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return value >= INT64.least && value <= INT64.most ? value : undefined;
}
