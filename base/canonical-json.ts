/** A value that JSON can hold without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one spelling of `value`: RFC 8785 (JCS). Members are sorted by UTF-16 code unit (§3.2.3), and strings and numbers
 * are printed as ECMAScript prints them (§3.2.2), which `JSON.stringify` already does. A value whose members are in
 * order already, which is how this project writes its own, is printed in one go.
 *
 * @throws RangeError for a lone surrogate or a number that is not finite: I-JSON has neither (§3.1)
 */
export function canonicalJson(value: Json): string {
  return isInOrder(value) ? JSON.stringify(value) : spell(value);
}

/** Whether all members are in order, to any depth. @throws RangeError for what I-JSON does not have */
function isInOrder(value: Json): boolean {
  if (value === null || typeof value !== 'object') {
    refuseForeign(value);
    return true;
  }
  if (isArray(value)) return value.every(isInOrder);
  let before = '';
  for (const name of Object.keys(value)) {
    refuseForeign(name);
    if (name < before || !isInOrder(value[name] as Json)) return false;
    before = name;
  }
  return true;
}

function refuseForeign(value: null | boolean | number | string): void {
  if (typeof value === 'string' && !value.isWellFormed()) throw new RangeError('a lone surrogate has no UTF-8');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
}

function spell(value: Json): string {
  if (value === null || typeof value !== 'object') {
    refuseForeign(value);
    return JSON.stringify(value);
  }
  if (isArray(value)) return `[${value.map(spell).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${spell(name)}:${spell(member)}`).join(',')}}`;
}

const isArray: (value: Json) => value is readonly Json[] = Array.isArray;
