import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../base/failure.ts';
import { checkBudget } from '../../../entries/admission.ts';
import { InvalidEntry } from '../../../entries/failures.ts';
import { MAX_CLAIMS } from '../../../entries/kind.ts';
import { kinds, v2Kinds } from '../../../entries/kinds/index.ts';
import { judgeClaims } from '../signatures/every-verifier.ts';
import { admit, admitEach, bodyOf, keysOf, registry, RULES, searchKeysOf, storedForm } from './admit.ts';
import { dsse, envelope, hashedrekord, intoto001, intoto002, type Proposal } from './proposals.ts';
import { makeSigner } from '../../support/signing.ts';
import { hashedRekordRequest, makeV2Signer } from '../../support/v2-requests.ts';
import { dsseRequest, v2Registry } from './v2.ts';

const signer = makeSigner();
const other = makeSigner('ed25519');
const both = envelope([signer, other]);
const v2Signers = [makeV2Signer(), makeV2Signer('rsa')] as const;

const samples: Readonly<Record<string, Proposal>> = {
  'hashedrekord 0.0.1': hashedrekord(signer),
  'intoto 0.0.1': intoto001(JSON.stringify(both), signer.pem),
  'intoto 0.0.2': intoto002(both, [signer.pem, other.pem]),
  'dsse 0.0.1': dsse(JSON.stringify(both), [signer.pem, other.pem]),
  'hashedrekord 0.0.2': { kind: 'hashedrekord', apiVersion: '0.0.2', spec: hashedRekordRequest(v2Signers[0]) },
  'dsse 0.0.2': { kind: 'dsse', apiVersion: '0.0.2', spec: dsseRequest(v2Signers) },
};

const apis = [
  ...kinds.map((kind) => ({ ...kind, kindRegistry: registry })),
  ...v2Kinds.map((kind) => ({ ...kind, kindRegistry: v2Registry })),
];

describe.each(apis)('the contract of every kind: $kind $version', ({ kind, version, schema, kindRegistry }) => {
  const sample = samples[`${kind} ${version}`];

  it('has a sample here, and publishes a schema', () => {
    expect(sample).toMatchObject({ kind, apiVersion: version });
    expect(schema).toHaveProperty('type', 'object');
  });

  it('makes no entry while the verdict on a signature that it needs is absent', () => {
    const { claims, finish } = kindRegistry.parse(sample);
    const verdicts = judgeClaims(claims).map(({ verdict }) => verdict);
    expect(finish(verdicts, checkBudget())).toHaveProperty('body');
    const needed = verdicts.slice(0, verdicts.findLastIndex(({ holds }) => holds) + 1);
    expect(needed).not.toStrictEqual([]);
    for (const [count] of needed.entries())
      expect(() => finish(verdicts.slice(0, count), checkBudget())).toThrow(InvalidEntry);
  });

  it('makes of a stored body the same bytes again, and none of its keys is new', () => {
    const entry = admit(sample, 'create', RULES, kindRegistry);
    const again = admit(storedForm(entry), 'lookup', RULES, kindRegistry);
    expect(bodyOf(again)).toBe(bodyOf(entry));
    const leafKeys = searchKeysOf(entry)
      .filter(({ source }) => source === 'leaf')
      .map(({ text }) => text);
    expect(keysOf(again)).toEqual(leafKeys);
  });

  it('answers any JSON with a failure or an entry, and asks for few checks', () => {
    fc.assert(
      fc.property(damaged(sample?.spec), (spec) => {
        const [result] = admitEach([{ kind, apiVersion: version, spec }], 'lookup', RULES, kindRegistry);
        expect(!(result instanceof Error) || result instanceof Failure).toBe(true);
        if (result === undefined || result instanceof Error) return;
        expect(kindRegistry.parse({ kind, apiVersion: version, spec }).claims.length).toBeLessThanOrEqual(MAX_CLAIMS);
        expect(bodyOf(admit(storedForm(result), 'lookup', RULES, kindRegistry))).toBe(bodyOf(result));
      }),
      { numRuns: 300 },
    );
  });
});

/** The spec with one value inside it replaced, or none of it left. */
function damaged(spec: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(spec);
  const replaced = fc
    .tuple(fc.constantFrom(...places), odd())
    .map(([place, value]): unknown => replace(spec, place, value));
  return fc.oneof(fc.jsonValue(), replaced, replaced);
}

/** Values that trip parsers: also text that is nearly right, and text without a UTF-8 form. */
function odd(): fc.Arbitrary<unknown> {
  const text = fc.constantFrom(
    '',
    'AAAA',
    'AA',
    '\ud800',
    'sha512',
    'PKIX_RSA_PSS',
    '{"signatures":[{"sig":"AAAA"}]}',
    '__proto__',
  );
  return fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), text, fc.base64String());
}

type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...at, name]))];
}

function replace(value: unknown, [name, ...rest]: Place, by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((item: unknown, i) => (String(i) === name ? replace(item, rest, by) : item));
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [name]: replace(object[name], rest, by) };
}
