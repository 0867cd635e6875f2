import { readFileSync, readdirSync } from 'node:fs';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, canonicalJson } from '../../base/canonical-json.ts';

const vectors = new URL('../vectors/jcs/', import.meta.url);
const read = (folder: string, name: string) => readFileSync(new URL(`${folder}/${name}`, vectors), 'utf8');

describe('RFC 8785 §3.2 vectors', () => {
  for (const name of readdirSync(new URL('input/', vectors))) {
    it(name, () => {
      expect(canonicalJson(JSON.parse(read('input', name)) as Json)).toBe(read('output', name));
    });
  }
});

describe('RFC 8785 §3.1 what I-JSON does not have', () => {
  it('refuses lone surrogates in values and in names', () => {
    expect(() => canonicalJson('\ud800')).toThrow(RangeError);
    expect(() => canonicalJson({ 'a\udc00': 1 })).toThrow(RangeError);
  });
  it('refuses numbers that are not finite', () => {
    expect(() => canonicalJson([Number.NaN])).toThrow(RangeError);
    expect(() => canonicalJson(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });
});

describe('RFC 8785 beside another implementation', () => {
  it('gives the same bytes for any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        expect(canonicalJson(value as Json)).toBe(canonicalize(value));
      }),
    );
  });
  it.each([
    [{ 10: 1, 9: 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
    [{ a: [{ c: 1, b: 2 }], b: '\u20ac' }, '{"a":[{"b":2,"c":1}],"b":"\u20ac"}'],
    [{ a: { y: {}, x: [] } }, '{"a":{"x":[],"y":{}}}'],
    [{ '\u{1f600}': 1, '\ufb33': 2 }, '{"\u{1f600}":1,"\ufb33":2}'],
  ])('sorts %j wherever it is not in order', (value, text) => {
    expect(canonicalJson(value as Json)).toBe(text);
    expect(canonicalize(value)).toBe(text);
  });
  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const once = canonicalJson(value as Json);
        expect(canonicalJson(JSON.parse(once) as Json)).toBe(once);
      }),
    );
  });
});
