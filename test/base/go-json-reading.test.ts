import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { MalformedJson } from '../../base/failures.ts';
import { JSON_LIMITS, JsonMeter } from '../../base/json-meter.ts';
import { foldedMember, readJson } from '../../base/json-reader.ts';
import { decodeUtf8, MAX_FOREIGN_BYTES } from '../../base/utf8-mending.ts';

const read = (text: string, trailing: 'ignore' | 'refuse' = 'ignore') => readJson(utf8(text), trailing);

describe('JSON as Go reads it', () => {
  it('ignores what follows the first value of a stream, and nothing else', () => {
    expect(read('{"a":1} trailing }')).toEqual({ a: 1 });
    expect(read(' [1] [2]')).toEqual([1]);
    expect(() => read('{"a":1} x', 'refuse')).toThrow(MalformedJson);
    expect(() => read('{"a":1')).toThrow(MalformedJson);
    expect(() => read('')).toThrow(MalformedJson);
    expect(() => read('\ufeff{}')).toThrow(MalformedJson);
  });
  it('takes the last of two members with one name', () => {
    expect(read('{"a":1,"a":2}')).toEqual({ a: 2 });
  });
  it('finds a member whatever its case, the last one first', () => {
    expect(foldedMember({ KIND: 'a', other: 1 }, 'kind')).toBe('a');
    expect(foldedMember({ kind: 'a', Kind: 'b' }, 'kind')).toBe('b');
    expect(foldedMember({ '\u212aind': 'kelvin' }, 'kind')).toBe('kelvin');
    expect(foldedMember({ kinds: 'a' }, 'kind')).toBeUndefined();
  });
  it('turns lone surrogates into U+FFFD and leaves pairs alone', () => {
    expect(read('"\\ud800"')).toBe('\ufffd');
    expect(read('["\\ud83d\\ude00"]')).toEqual(['\u{1f600}']);
  });
  it.each([
    ['two that are in the wrong order', '"\\uDE00\\uD83D"', '\ufffd\ufffd'],
    ['one before a pair', '"\\ud83d\\ud83d\\ude00"', '\ufffd\u{1f600}'],
    ['one before another escape', '"\\ud83d\\u0041\\n"', '\ufffdA\n'],
    ['one behind an escaped backslash', '"\\\\\\udfff"', '\\\ufffd'],
    ['a backslash before what would be one', '"\\\\ud800"', '\\ud800'],
    ['one in a name', '{"\\ud800":1}', { '\ufffd': 1 }],
  ])('surrogates: %s', (_, text, value) => {
    expect(read(text)).toEqual(value);
  });
  it.each(['"\\ud8zz"', '"\\ud8"', '\\ud800'])('a broken escape stays broken: %s', (text) => {
    expect(() => read(text)).toThrow(MalformedJson);
  });
  it('finds no member in names of another length, however many there are', () => {
    expect(foldedMember({ 'cla\u00df': 1 }, 'class')).toBeUndefined();
  });
});

describe('UTF-8 as Go reads it', () => {
  it.each([
    ['a truncated sequence counts byte by byte', [0x61, 0xe2, 0x82, 0x62], 'a\ufffd\ufffdb'],
    ['an overlong form', [0xc0, 0x80], '\ufffd\ufffd'],
    ['a surrogate in three bytes', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    ['a value above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\ufffd\ufffd\ufffd\ufffd'],
    ['a byte order mark is a character', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
    ['the last character of all', [0xf4, 0x8f, 0xbf, 0xbf], '\u{10ffff}'],
  ])('%s', (_, bytes, text) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(text);
  });
  it('gives back any well-formed text, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeUtf8(utf8(text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeUtf8(bytes).isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('what reading JSON costs', () => {
  it('is refused beyond a number of bytes that are no UTF-8, up to which they are taken', () => {
    const text = (foreign: number): Uint8Array => Buffer.concat([utf8('"'), Buffer.alloc(foreign, 0xff), utf8('"')]);
    expect(readJson(text(MAX_FOREIGN_BYTES), 'refuse')).toBe('\ufffd'.repeat(MAX_FOREIGN_BYTES));
    expect(() => readJson(text(MAX_FOREIGN_BYTES + 1), 'refuse')).toThrow(
      'the text has more than 65536 bytes that are no UTF-8',
    );
  });
  it('is refused beyond as many escapes of lone surrogates', () => {
    expect(() => read(`["${'\\ud800'.repeat(MAX_FOREIGN_BYTES + 1)}"]`)).toThrow(
      'JSON has more than 65536 escapes of lone surrogates',
    );
  });
  it('grows with the body and not with what is in it', () => {
    const cpu = (fill: string, tail: Uint8Array): number => {
      const body = Buffer.concat([utf8('"'), Buffer.alloc(12 * 2 ** 20, fill), tail, utf8('"')]);
      const before = process.cpuUsage();
      readJson(body, 'refuse');
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const foreign = Buffer.alloc(60_000, 0xff);
    cpu('x', foreign);
    const plain = cpu('x', utf8('x'.repeat(60_000)));
    for (const fill of ['x', '\u20ac', '\\u0061', '\\ud83d\\ude00'])
      expect(cpu(fill, foreign) / plain).toBeLessThan(60);
  });
});

describe('the meter', () => {
  const limits = { depth: 3, values: 10 };
  it('refuses depth and number before anything is parsed, wherever a chunk is cut', () => {
    for (const text of ['[[[[]]]]', '[1,2,3,4,5,6,7,8,9,10]', '{},'.repeat(9)]) {
      const bytes = utf8(text);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const meter = new JsonMeter(limits);
        expect(() => {
          meter.feed(bytes.subarray(0, cut));
          meter.feed(bytes.subarray(cut));
        }).toThrow(MalformedJson);
      }
    }
  });
  it('is not fooled by brackets in strings or by escaped quotes', () => {
    const meter = new JsonMeter(limits);
    meter.feed(utf8('{"a":"[[[[\\"{{{{,,,,,,,,,,,,\\\\"}'));
    expect(meter.end).toBe(32);
  });
  it('of the first value does not look at what follows it', () => {
    const meter = new JsonMeter(limits, 'value');
    meter.feed(utf8('{}[[[[[1,2,3,4,5,6,7,8,9,10,11,12'));
    meter.feed(utf8('[[[[['));
    expect(meter.end).toBe(2);
  });
  it('counts members up to the end of the first value, wherever a chunk is cut', () => {
    const first = '{"a":{"b:":":\\":","b:":[{"c":1}]}}';
    const bytes = utf8(`${first} {"d":1}`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const meter = new JsonMeter({ depth: 10, values: 100 }, 'value');
      meter.feed(bytes.subarray(0, cut));
      meter.feed(bytes.subarray(cut));
      expect([meter.members, meter.end]).toEqual([4, first.length]);
    }
  });
  it('finds the end of strings of any length, with escapes anywhere, wherever they are cut', () => {
    const piece = fc.constantFrom('\\', '"', '{', '\n', 'x'.repeat(31), 'y'.repeat(40), '\\'.repeat(33), 'z');
    const strings = fc.array(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(strings, fc.array(fc.nat(400), { maxLength: 4 }), (list, cuts) => {
        const text = JSON.stringify(list);
        const bytes = utf8(`${text} "[[[[`);
        const meter = new JsonMeter(JSON_LIMITS);
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        for (const [i, from] of places.slice(0, -1).entries()) meter.feed(bytes.subarray(from, places[i + 1]));
        expect(meter.end).toBe(text.length);
      }),
      { numRuns: 500 },
    );
  });
  it('takes whatever JSON.parse takes, with limits that fit', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(readJson(utf8(text), 'refuse')).toEqual(JSON.parse(text.isWellFormed() ? text : '0'));
      }),
    );
  });
});
