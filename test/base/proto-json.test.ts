import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { MalformedJson } from '../../base/failures.ts';
import { duplicateMember } from '../../base/json-duplicates.ts';
import { JSON_LIMITS } from '../../base/json-meter.ts';
import { readProtoJson } from '../../base/proto-json.ts';

const read = (text: string): unknown => readProtoJson(utf8(text), JSON_LIMITS);
const failure = (bytes: Uint8Array): string => {
  try {
    readProtoJson(bytes, JSON_LIMITS);
  } catch (error) {
    if (error instanceof MalformedJson) return error.message;
    throw error;
  }
  return 'read';
};

describe('rekor-v2 §1.3 proto3 JSON: one value', () => {
  it('is an empty message if there is nothing but white space', () => {
    for (const text of ['', ' ', '\r\n\t ']) expect(read(text)).toEqual({});
    for (const text of ['\v', '\ufeff', '\u00a0']) expect(failure(utf8(text))).not.toBe('read');
  });

  it('ends the reading: what follows is ignored, whatever it is', () => {
    for (const rest of ['x', ' }]', '{"a":1,"a":2}', ':::', '"', '[[['])
      expect(read(`{"a":{"b":1}}${rest}`)).toEqual({ a: { b: 1 } });
    expect(readProtoJson(Uint8Array.of(0x7b, 0x7d, 0xff, 0xc0), JSON_LIMITS)).toEqual({});
    expect(failure(utf8('5 {"a":1}'))).not.toBe('read');
    expect(failure(utf8(',{}'))).not.toBe('read');
  });

  it('may be no object: that is for the reader of messages to say', () => {
    for (const text of ['null', '5', '"x"', '[]', 'true']) expect(read(text)).toEqual(JSON.parse(text));
  });

  it('that breaks off is an unexpected end of file', () => {
    const text = '{"a":[{"b":"\\u0041"},null]}';
    for (let end = 1; end < text.length; end += 1) expect(failure(utf8(text.slice(0, end)))).toBe('unexpected EOF');
    expect(failure(utf8('nul'))).toMatch(/JSON/);
  });

  it('is UTF-8, and half a surrogate pair in an escape is left to whom it concerns', () => {
    expect(failure(Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d))).toBe('the text is not UTF-8');
    expect(read('["\\ud800"]')).toEqual(['\ud800']);
  });

  it('is as large as the limits allow', () => {
    expect(() => readProtoJson(utf8('[1,2,3]'), { depth: 9, values: 3 })).toThrow(MalformedJson);
    expect(() => readProtoJson(utf8('[[[[]]]]'), { depth: 3, values: 99 })).toThrow('JSON is nested deeper than 3');
    expect(failure(utf8('['.repeat(10_001)))).toBe('JSON is nested deeper than 10000');
    expect(failure(utf8(`${'{"a":'.repeat(9_999)}{}${'}'.repeat(9_999)}`))).toBe('read');
  });
});

describe('rekor-v2 §1.3 rule 6: members that stand twice', () => {
  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":null,"b":0,"a":{}}', 'a'],
    ['{"a":{"b":{},"c":1,"b":2}}', 'a.b'],
    ['{"x":[0,[1,{"y":2}],{"y":[{},{"z":1,"z":2}]}]}', 'x[2].y[1].z'],
    ['[{"a":1},{"a":1,"a":1}]', '[1].a'],
    ['{"a":{"b":1,"b":1},"a":2}', 'a.b'],
    ['{"a":{"b":1},"a":{"b":1}}', 'a'],
    ['{"\\u0061":1,"a":2}', 'a'],
    ['{"a\\"":1,"a\\"":2}', 'a"'],
    ['{"a\\\\":1,"b":"\\\\","a\\\\":2}', 'a\\'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('%s', (text, path) => {
    expect(failure(utf8(text))).toBe(`${path} stands twice`);
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a:":":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"A":1,"a":2}',
  ])('are none in %s', (text) => {
    expect(failure(utf8(text))).toBe('read');
    expect(duplicateMember(text)).toBeUndefined();
  });

  it('are named in short', () => {
    const name = 'x'.repeat(1_000_000);
    expect(failure(utf8(`{"${name}":1,"${name}":2}`)).length).toBeLessThan(150);
  });
});

/** JSON in which names meet each other, spelled with and without escapes. */
const texts = fc.letrec<{ value: string }>((tie) => {
  const name = fc.constantFrom('"a"', '"b"', '"\\u0061"', '"__proto__"', '"a:"');
  const scalar = fc.constantFrom('0', '-1.5e3', 'null', 'true', '"a:,{"', '"\\""', '" "');
  const space = fc.constantFrom('', ' ', '\n');
  const list = (items: readonly string[], [open, close]: readonly [string, string], gap: string): string =>
    `${open}${gap}${items.join(`${gap},`)}${close}`;
  const member = fc.tuple(name, space, tie('value')).map(([key, gap, value]) => `${key}${gap}:${gap}${value}`);
  return {
    value: fc.oneof(
      { depthSize: 'small' },
      scalar,
      fc.tuple(fc.array(tie('value'), { maxLength: 3 }), space).map(([items, gap]) => list(items, ['[', ']'], gap)),
      fc.tuple(fc.array(member, { maxLength: 4 }), space).map(([items, gap]) => list(items, ['{', '}'], gap)),
    ),
  };
}).value;

describe('rekor-v2 §1.3 proto3 JSON beside a reader that goes letter by letter', () => {
  it('takes the same texts, and finds the same values in them', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom('', ' ', 'x', '}', '{"a":'), (text, rest) => {
        const [slow, isObjectOrArray] = [slowly(text), /^[[{]/.test(text)];
        const whole = isObjectOrArray ? text + rest : text;
        expect(failure(utf8(whole))).toMatch(slow === undefined ? / stands twice$/ : /^read$/);
        expect(slow && read(whole)).toEqual(slow?.value);
      }),
      { numRuns: 2000 },
    );
  });

  it('throws nothing but its failure, whatever a text became', () => {
    const damage = fc.tuple(texts, fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 }));
    fc.assert(
      fc.property(damage, ([text, place, cut, put]) => {
        const bytes = utf8(text);
        const at = place % (bytes.length + 1);
        failure(Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + cut)]));
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void failure(bytes)));
  });
});

/** The value of a text that is JSON; undefined if a member stands twice in it. */
function slowly(text: string): { readonly value: unknown } | undefined {
  let at = 0;
  let isUnique = true;
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const token = (pattern: RegExp): string => {
    skip();
    const [found = ''] = new RegExp(pattern.source, 'y').exec(text.slice(at)) ?? [];
    at += found.length;
    return found;
  };
  const value = (): unknown => {
    if (token(/\{/) !== '') return object();
    if (token(/\[/) !== '') return array();
    return JSON.parse(token(/"(?:[^"\\]|\\.)*"|[^\s,}\]]+/)) as unknown;
  };
  const array = (): unknown[] => {
    const items: unknown[] = [];
    while (token(/\]/) === '') {
      items.push(value());
      token(/,/);
    }
    return items;
  };
  const object = (): object => {
    const members: [string, unknown][] = [];
    while (token(/\}/) === '') {
      const name = JSON.parse(token(/"(?:[^"\\]|\\.)*"/)) as string;
      if (members.some(([other]) => other === name)) isUnique = false;
      token(/:/);
      members.push([name, value()]);
      token(/,/);
    }
    return Object.fromEntries(members);
  };
  const whole = value();
  return isUnique ? { value: whole } : undefined;
}
