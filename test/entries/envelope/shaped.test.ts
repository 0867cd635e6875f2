import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { CostlyJson, MalformedJson } from '../../../base/failures.ts';
import { foldedMember, type JsonObject } from '../../../base/json-reader.ts';
import { MAX_FOREIGN_BYTES } from '../../../base/utf8-mending.ts';
import { misfit, type Shape } from '../../../entries/envelope/go-shape.ts';
import { readShaped } from '../../../entries/envelope/shaped.ts';
import { statementDigests } from '../../../entries/envelope/statement.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
const isRead = (text: string): boolean => {
  try {
    readShaped(utf8(text), 'anything');
    return true;
  } catch (error) {
    if (error instanceof MalformedJson) return false;
    throw error;
  }
};

describe('RFC 8259: what is skipped', () => {
  it.each([
    '',
    ' ',
    '[',
    '{',
    '[1,]',
    '{"a":1,}',
    '{"a"}',
    '{a:1}',
    '{"a":1 "b":2}',
    '[1 2]',
    '[1}',
    '{"a":1]',
    ']',
    '[]]',
    '{}{}',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '1e+',
    '+1',
    '0x1',
    'NaN',
    'tru',
    'truer',
    '"',
    '"\n"',
    '"\\x"',
    '"\\u12g4"',
    '"\\u12',
    '"\\',
    '[,1]',
    '{,}',
    '\ufeff{}',
    '\u00a0{}',
  ])('is no JSON: %j', (text) => {
    expect([isRead(text), isJson(text)]).toEqual([false, false]);
  });

  it.each([
    ' null ',
    '-0.5e-7',
    '[[],{},[{}]]',
    '{"a":{"b":[1,"}",{"c":null}]},"":""}',
    '"\\u00e9\\/\\\\\\""',
    '\t[0]\r\n',
  ])('is JSON: %j', (text) => {
    expect([isRead(text), isJson(text)]).toEqual([true, true]);
  });

  it('is JSON exactly where the language says so', () => {
    const piece = fc.constantFrom(
      ...Array.from('{}[],:"\\u0019-+.eEtruefalsn \n'),
      '\u2028',
      '\ud83d\ude00',
      'null',
      '"a":',
    );
    const broken = fc.tuple(
      fc.json({ maxDepth: 4 }),
      fc.array(fc.tuple(fc.nat(60), fc.nat(3), piece), { maxLength: 2 }),
    );
    fc.assert(
      fc.property(broken, ([json, edits]) => {
        let text = json;
        for (const [at, removed, added] of edits) text = text.slice(0, at) + added + text.slice(at + removed);
        fc.pre(text.isWellFormed());
        expect(isRead(text)).toBe(isJson(text));
      }),
      { numRuns: 500 },
    );
  });

  it('may be as deep as Go goes', () => {
    const nested = (depth: number): string => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    expect([isRead(nested(10_000)), isRead(nested(10_002))]).toEqual([true, false]);
  });
});

const DIGESTS: Shape = { values: 'text' };
const SHAPE: Shape = {
  members: { name: 'text', on: 'flag', at: 'time', list: { each: { members: { digest: DIGESTS, free: 'anything' } } } },
};

describe('what is kept', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.constantFrom(null, true, 5, 'x', '', '2020-02-29T23:59:59Z', '\\"'),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom('name', 'on', 'at', 'list', 'LIST', 'digest', 'free', 'a', '__proto__'),
        tie('any'),
        {
          maxKeys: 4,
          noNullPrototype: true,
        },
      ),
    ),
  })).any;

  it('fits a shape exactly where the whole does', () => {
    fc.assert(
      fc.property(value, (whole) => {
        const kept = readShaped(utf8(JSON.stringify(whole)), SHAPE);
        expect(misfit(kept, SHAPE) === undefined).toBe(misfit(JSON.parse(JSON.stringify(whole)), SHAPE) === undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('is all that the shape names, with escapes read, numbers as 0 and the rest left out', () => {
    const text =
      '{"x":[1,{"y":2}],"n\\u0061me":"\\ud800","LIST":[{"free":{"a":[]},"digest":{"__proto__":"b","c":"\\n"}},5]}';
    const digest = JSON.parse('{"__proto__":"b","c":"\\n"}') as object;
    expect(readShaped(utf8(text), SHAPE)).toEqual({ name: '\ufffd', LIST: [{ digest }, 0] });
  });
});

describe('the cost of a statement', () => {
  const subjects = (count: number, digests: number) =>
    Array.from({ length: count }, (_, i) => ({
      name: `artifact-${i}`,
      digest: Object.fromEntries(Array.from({ length: digests }, (_each, d) => [`sha${d}`, `${i}`])),
      annotations: { one: 1, two: [2], three: 'three' },
    }));
  const read = (statement: unknown) => statementDigests(utf8(JSON.stringify(statement)), 'any');

  it('leaves room for 16,384 subjects with ten digests each', () => {
    expect(read({ subject: subjects(16_384, 10) })).toHaveLength(163_840);
  });

  it('does not count what nobody looks at: a predicate with 300,000 members has none', () => {
    const predicate = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`file${i}`, i]));
    expect(read({ subject: subjects(1, 1), predicate })).toEqual(['sha0:0']);
  });

  it('is refused beyond the limits, which the refusal names', () => {
    const digest = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`d${i}`, '']));
    expect(() => read({ subject: [{ digest }] })).toThrow(
      'the statement in the payload of the envelope: an object in JSON has more than 16384 digests',
    );
    expect(() => read({ subject: Array.from({ length: 250_001 }, () => 0) })).toThrow(
      'more than 250000 values to look at',
    );
  });

  it('counts bytes that are no UTF-8, and takes some', () => {
    const payload = (foreign: number): Uint8Array =>
      Buffer.concat([utf8('{"subject":[{"digest":{"a":"'), Buffer.alloc(foreign, 0xff), utf8('"}}]}')]);
    expect(statementDigests(payload(2), 'any')).toEqual(['a:\ufffd\ufffd']);
    expect(() => readShaped(payload(MAX_FOREIGN_BYTES + 1), SHAPE)).toThrow(CostlyJson);
  });
});

describe('a field that stands more than once', () => {
  it.each([
    ['{"payload":"1","payload":"2"}', '2'],
    ['{"payload":"1","Payload":"2"}', '2'],
    ['{"payload":"1","Payload":"2","payload":"3"}', '3'],
    ['{"Payload":"1","payload":"2","Payload":"3"}', '3'],
  ])('has its last value, as Go has it: %s', (text, value) => {
    const read = readShaped(utf8(text), { members: { payload: 'text' } }) as JsonObject;
    expect(foldedMember(read, 'payload')).toBe(value);
  });
});
