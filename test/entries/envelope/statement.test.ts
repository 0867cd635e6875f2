import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { misfit } from '../../../entries/envelope/go-shape.ts';
import { statementDigests } from '../../../entries/envelope/statement.ts';

const digests = (statement: unknown, materials: 'any' | 'provenance' = 'any') =>
  statementDigests(utf8(JSON.stringify(statement)), materials);

const subject = [{ name: 'a', digest: { sha256: 'AB', foo: 'bar' } }, { digest: { md5: 'c' } }];
const materials = [{ uri: 'u', digest: { sha1: 'd' } }];
const SUBJECTS = ['sha256:AB', 'foo:bar', 'md5:c'];

describe('rekor-v1 §4 in-toto digests', () => {
  it('are those of all subjects and materials, as they are spelt', () => {
    expect(digests({ subject, predicate: { materials } })).toEqual([...SUBJECTS, 'sha1:d']);
    expect(digests({ subject, predicate: { materials } }, 'provenance')).toEqual([...SUBJECTS, 'sha1:d']);
  });

  it('are not those of resolved dependencies', () => {
    expect(digests({ subject, predicate: { buildDefinition: { resolvedDependencies: materials } } })).toEqual(SUBJECTS);
  });

  it.each(['no JSON', '[]', '5', '{"subject":5}', '{"subject":[{"digest":{"a":1}}]}', '{} {}'])(
    'are not to be had of %s',
    (payload) => {
      expect(statementDigests(utf8(payload), 'any')).toBeUndefined();
    },
  );

  it('of null are empty', () => {
    expect(statementDigests(utf8('null'), 'any')).toEqual([]);
    expect(digests({ subject: [null, { digest: null }, { digest: { a: null } }], predicate: null })).toEqual(['a:']);
  });

  it.each([
    ['materials that are none', { materials: 'x' }, SUBJECTS, SUBJECTS],
    ['a builder that is none', { builder: 5, materials }, [...SUBJECTS, 'sha1:d'], SUBJECTS],
    ['a time that is none', { metadata: { buildStartedOn: 'x' }, materials }, [...SUBJECTS, 'sha1:d'], SUBJECTS],
    ['a predicate that is none', 'x', SUBJECTS, SUBJECTS],
  ])('survive %s, in dsse with more left than in intoto', (_, predicate, any, provenance) => {
    expect(digests({ subject, predicate })).toEqual(any);
    expect(digests({ subject, predicate }, 'provenance')).toEqual(provenance);
  });
});

describe('Go time.Time in JSON', () => {
  it.each(['2020-02-29T23:59:59Z', '2020-01-01T0:00:00.123456789012+24:60', '2020-01-01T00:00:00,5-00:00'])(
    'is %s',
    (time) => {
      expect(misfit(time, 'time')).toBeUndefined();
    },
  );

  it.each([
    '2021-02-29T00:00:00Z',
    '2020-13-01T00:00:00Z',
    '2020-00-01T00:00:00Z',
    '2020-01-00T00:00:00Z',
    '2020-01-01T24:00:00Z',
    '2020-01-01T00:00:60Z',
    '2020-01-01t00:00:00Z',
    '2020-01-01T00:00:00',
    '2020-01-01T00:00:00.Z',
    '20-01-01T00:00:00Z',
    '2020-01-01',
  ])('is not %s', (time) => {
    expect(misfit(time, 'time')).toBe('');
  });
});

describe('Go structs in JSON', () => {
  it('are refused with the place of the first value of another type', () => {
    const shape = { members: { list: { each: { values: 'flag' } }, any: 'anything' } } as const;
    expect(misfit({ list: [{ a: true }, { b: 1 }] }, shape)).toBe('/list/1/b');
    expect(misfit({ LIST: {}, any: [] }, shape)).toBe('/LIST');
    expect(misfit({ list: [null, { a: null }], any: 5, more: 5 }, shape)).toBeUndefined();
  });
});
