/** A value that JSON can hold without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one spelling of `value`: RFC 8785 (JCS). Members are sorted by UTF-16 code unit (§3.2.3), and numbers are
 * printed as ECMAScript prints them (§3.2.2.3), which `JSON.stringify` already does.
 *
 * @throws RangeError for a lone surrogate or a number that is not finite: I-JSON has neither (§3.1)
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`).join(',')}}`;
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('a lone surrogate has no UTF-8');
  return JSON.stringify(text);
}

const isArray: (value: Json) => value is readonly Json[] = Array.isArray;
