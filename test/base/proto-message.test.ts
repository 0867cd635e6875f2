import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedJson } from '../../base/failures.ts';
import { enumeration, message, readMessage } from '../../base/proto-message.ts';

const COLOUR = enumeration({ NO_COLOUR: 0, RED: 1, DEEP_BLUE: 7 });
const INNER_MESSAGE = message({ raw_bytes: 'bytes', colour: COLOUR });
const OUTER_MESSAGE = message(
  {
    plain_text: 'text',
    asIs: 'json',
    inner_one: INNER_MESSAGE,
    inner_2: INNER_MESSAGE,
    the_list: { each: INNER_MESSAGE },
  },
  ['inner_one', 'inner_2'],
);

const read = (value: unknown) => readMessage(value, OUTER_MESSAGE, 'outer');

function failure(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    if (error instanceof MalformedJson) return error.message;
    throw error;
  }
  return 'read';
}

const NOTHING = { plainText: '', asIs: undefined, innerOne: undefined, inner2: undefined, theList: [] };
const none = new Uint8Array();

describe('rekor-v2 §1.3 messages', () => {
  it('are empty where nothing is set, and null sets nothing (rule 8)', () => {
    expect(read({})).toEqual(NOTHING);
    expect(read({ plainText: null, asIs: null, innerOne: null, inner2: null, theList: null })).toEqual(NOTHING);
    expect(read({ innerOne: {} }).innerOne).toEqual({ rawBytes: none, colour: 'NO_COLOUR' });
  });

  it('have fields with two names (rule 4), neither of which bends', () => {
    const value = { rawBytes: Uint8Array.of(0), colour: 'RED' };
    expect(read({ plain_text: 'x', inner_one: { raw_bytes: 'AA==', colour: 1 } })).toEqual({
      ...NOTHING,
      plainText: 'x',
      innerOne: value,
    });
    expect(read({ inner_2: { rawBytes: 'AA', colour: 'RED' } }).inner2).toEqual(value);
    for (const name of ['PlainText', 'plaintext', 'plain-text', 'as_is', 'inner_2_', ''])
      expect(failure({ [name]: null })).toBe(`unknown field ${JSON.stringify(name)} in outer`);
  });

  it.each([
    [5, 'outer is not an object'],
    [null, 'outer is not an object'],
    [[], 'outer is not an object'],
    [{ innerOne: 'x' }, 'outer.innerOne is not an object'],
    [{ innerOne: { inner: 1 } }, 'unknown field "inner" in outer.innerOne'],
    [{ theList: {} }, 'outer.theList is not an array'],
    [{ theList: [{}, null] }, 'outer.theList[1] is not an object'],
    [{ theList: [{ rawBytes: 5 }] }, 'outer.theList[0].rawBytes is not base64'],
    [{ the_list: [{}, { raw_bytes: '!' }] }, 'outer.theList[1].rawBytes is not base64'],
    [{ plainText: true }, 'outer.plainText is not a string'],
    [{ plainText: '\udc00\ud800' }, 'outer.plainText has half of a surrogate pair'],
    [{ innerOne: { colour: 'red' } }, 'outer.innerOne.colour has no value "red"'],
    [{ innerOne: { colour: '1' } }, 'outer.innerOne.colour has no value "1"'],
    [{ innerOne: { colour: 1.5 } }, 'outer.innerOne.colour is neither a name nor a 32-bit integer'],
    [{ innerOne: { colour: 2 ** 31 } }, 'outer.innerOne.colour is neither a name nor a 32-bit integer'],
    [{ innerOne: { colour: false } }, 'outer.innerOne.colour is neither a name nor a 32-bit integer'],
    [{ innerOne: {}, inner2: {} }, 'innerOne and inner2 are both set in outer, and only one of them may be'],
    [{ inner_2: {}, innerOne: {} }, 'inner2 and innerOne are both set in outer, and only one of them may be'],
    [{ innerOne: {}, inner_one: null }, 'outer.innerOne stands twice, as innerOne and as inner_one'],
    [{ plain_text: null, plainText: null }, 'outer.plainText stands twice, as plainText and as plain_text'],
  ])('are not %j', (value, said) => {
    expect(failure(value)).toBe(said);
  });

  it('are named as the request where they stand at the top', () => {
    expect(() => readMessage([], INNER_MESSAGE, '')).toThrow('the request is not an object');
    expect(() => readMessage({ x: 1 }, INNER_MESSAGE, '')).toThrow(/^unknown field "x"$/);
    expect(() => readMessage({ rawBytes: 1 }, INNER_MESSAGE, '')).toThrow(/^rawBytes is not base64$/);
  });

  it('repeat long names in short', () => {
    expect(failure({ ['x'.repeat(1_000_000)]: 1 }).length).toBeLessThan(150);
    expect(failure({ innerOne: { colour: 'x'.repeat(1_000_000) } }).length).toBeLessThan(200);
  });

  it('may set a member of a oneof beside one that is null (rule 7)', () => {
    expect(read({ innerOne: null, inner2: {} }).inner2).toBeDefined();
    expect(read({ inner2: {}, innerOne: null }).inner2).toBeDefined();
  });

  it('have enums by name or by number (rule 10)', () => {
    const colour = (value: unknown): unknown => read({ innerOne: { colour: value } }).innerOne?.colour;
    expect([7, 7.0, 'DEEP_BLUE'].map(colour)).toEqual(['DEEP_BLUE', 'DEEP_BLUE', 'DEEP_BLUE']);
    expect([0, -0, null].map(colour)).toEqual(['NO_COLOUR', 'NO_COLOUR', 'NO_COLOUR']);
    expect([99, -5, 2 ** 31 - 1, -(2 ** 31)].map(colour)).toEqual(['99', '-5', '2147483647', '-2147483648']);
  });

  it('leave JSON alone that another reads', () => {
    for (const value of [0, false, '', [], { a: null }]) expect(read({ asIs: value }).asIs).toBe(value);
  });
});

interface Case {
  readonly json: Record<string, unknown>;
  readonly value: Record<string, unknown>;
}

/** A field in either spelling, or null, or not there; and what has to be read. */
function field(names: readonly string[], empty: unknown, filled: fc.Arbitrary<readonly [unknown, unknown]>) {
  const [name = ''] = names;
  const set = fc.tuple(fc.constantFrom(...names), filled).map(([spelling, [json, value]]): Case => ({
    json: { [spelling]: json },
    value: { [name]: value },
  }));
  const unset = fc.constantFrom<Case>(
    { json: {}, value: { [name]: empty } },
    ...names.map((spelling) => ({ json: { [spelling]: null }, value: { [name]: empty } })),
  );
  return fc.oneof({ arbitrary: set, weight: 2 }, { arbitrary: unset, weight: 1 });
}

function joined(fields: readonly fc.Arbitrary<Case>[]): fc.Arbitrary<Case> {
  return fc.tuple(...fields).map((cases) => ({
    json: Object.assign({}, ...cases.map(({ json }) => json)) as Record<string, unknown>,
    value: Object.assign({}, ...cases.map(({ value }) => value)) as Record<string, unknown>,
  }));
}

const pair = ({ json, value }: Case): readonly [unknown, unknown] => [json, value];
const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 8 }), fc.constantFrom<BufferEncoding>('base64', 'base64url'))
  .map(([value, encoding]) => [Buffer.from(value).toString(encoding), value] as const);
const colours = fc.constantFrom<readonly [unknown, string]>(['RED', 'RED'], [1, 'RED'], [7, 'DEEP_BLUE'], [5, '5']);
const inners = joined([field(['rawBytes', 'raw_bytes'], none, bytes), field(['colour'], 'NO_COLOUR', colours)]);
const text = fc.string({ unit: 'grapheme' }).map((each) => [each, each] as const);
const list = fc
  .array(inners, { maxLength: 3 })
  .map((items) => [items.map(({ json }) => json), items.map(({ value }) => value)] as const);
const outers = joined([
  field(['plainText', 'plain_text'], '', text),
  field(['innerOne', 'inner_one'], undefined, inners.map(pair)),
  field(['theList', 'the_list'], [], list),
]);

describe('rekor-v2 §1.3 messages that are made at random', () => {
  it('read as what they were made from', () => {
    fc.assert(
      fc.property(outers, ({ json, value }) => {
        expect(read(json)).toEqual({ ...NOTHING, ...value });
      }),
    );
  });

  it('throw nothing but the one failure, whatever is in them', () => {
    const names = fc.constantFrom(
      'plainText',
      'plain_text',
      'innerOne',
      'inner_2',
      'theList',
      'rawBytes',
      'colour',
      'x',
    );
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(names, tie('value')),
        fc.array(tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => void failure(value)),
      { numRuns: 1000 },
    );
  });
});
