import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { Failure } from '../../base/failure.ts';
import { isEnabled } from '../../entries/admission.ts';
import { kinds, v2Kinds } from '../../entries/kinds/index.ts';
import { KindRegistry } from '../../entries/registry.ts';
import { readCreateEntryRequest } from '../../entries/v2-request.ts';
import { refusal, RULES } from './kinds/admit.ts';
import { hashedRekordRequest, makeV2Signer } from '../support/v2-requests.ts';
import { dsseRequest, refusalOfText, refusalV2, v2Registry } from './kinds/v2.ts';

const read = (text: string, rules = RULES) => readCreateEntryRequest(utf8(text), rules);
const NONE = 'InvalidEntry: invalid type, must be hashedrekord: the request has no hashedRekordRequestV002';
const OFF = 'InvalidEntry: invalid type, must be hashedrekord: this log takes no dsseRequestV002';
const only = (...names: readonly string[]) => ({ ...RULES, kinds: new Set(names) });

const signer = makeV2Signer();
const hashedrekord = { hashedRekordRequestV002: hashedRekordRequest(signer) };
const dsse = { dsseRequestV002: dsseRequest([signer]) };

describe('rekor-v2 §1.2 CreateEntryRequest', () => {
  it('proposes what it has for its kind, as it stands there', () => {
    expect(read('{"hashedRekordRequestV002":{"digest":5}} rest')).toEqual({
      kind: 'hashedrekord',
      apiVersion: '0.0.2',
      spec: { digest: 5 },
    });
    expect(read('{"dsse_request_v002":[],"hashed_rekord_request_v002":null}')).toEqual({
      kind: 'dsse',
      apiVersion: '0.0.2',
      spec: [],
    });
  });

  it.each([
    '',
    ' \n',
    '{}',
    '{"hashedRekordRequestV002":null}',
    '{"dsseRequestV002":null,"hashedRekordRequestV002":null}',
  ])('asks for nothing: %j', (text) => {
    expect(refusalOfText(text)).toBe(NONE);
  });

  it.each([
    ['{"hashedRekordRequestV002":{},"dsseRequestV002":{}}', 'hashedRekordRequestV002 and dsseRequestV002 are both set'],
    [
      '{"dsse_request_v002":{},"hashedRekordRequestV002":{}}',
      'dsseRequestV002 and hashedRekordRequestV002 are both set',
    ],
    ['{"hashedRekordRequestV002":{},"hashedRekordRequestV002":null}', 'hashedRekordRequestV002 stands twice'],
    ['{"hashedRekordRequestV002":null,"hashed_rekord_request_v002":{}}', 'as hashedRekordRequestV002 and as hashed_'],
    ['{"hashedRekordRequestV002":{"digest":"","digest":""}}', 'hashedRekordRequestV002.digest stands twice'],
    ['{"HashedRekordRequestV002":{}}', 'unknown field "HashedRekordRequestV002"'],
    ['{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{}}', 'unknown field "apiVersion"'],
    ['[]', 'the request is not an object'],
    ['null', 'the request is not an object'],
    ['{"hashedRekordRequestV002":', 'unexpected EOF'],
    ['{"hashedRekordRequestV002":5}', 'hashedRekordRequestV002 is not an object'],
    ['{"dsseRequestV002":""}', 'dsseRequestV002 is not an object'],
  ])('cannot be %s', (text, said) => {
    expect(refusalOfText(text)).toMatch(/^MalformedJson: /);
    expect(refusalOfText(text)).toContain(said);
  });

  it('is read only as far as any request goes, and what follows it not at all', () => {
    const list = (count: number): string =>
      `{"dsseRequestV002":{"verifiers":[${'{},'.repeat(count)}{}],"envelope":{}}}`;
    expect(refusalOfText(list(400))).toBe(
      'InvalidEntry: dsseRequestV002.verifiers has 401 elements, and the limit is 10',
    );
    expect(refusalOfText(list(600))).toBe('CostlyJson: JSON has more than 1000 values');
    expect(refusalOfText(`{"dsseRequestV002":${'['.repeat(20)}`)).toBe('CostlyJson: JSON is nested deeper than 16');
    expect(refusalOfText(`${JSON.stringify(hashedrekord)}${list(600)}${'['.repeat(20)}`)).toBeUndefined();
  });

  it('of a kind that is switched off is refused, and told so', () => {
    expect(refusalV2(dsse)).toBeUndefined();
    expect(refusalV2(dsse, only('dsse:0.0.2'))).toBeUndefined();
    for (const rules of [only('hashedrekord', 'dsse:0.0.1'), only()]) expect(refusalV2(dsse, rules)).toBe(OFF);
    expect(refusalV2(hashedrekord, only('hashedrekord:0.0.2'))).toBeUndefined();
    expect(refusalV2(hashedrekord, only('dsse', 'hashedrekord:0.0.1'))).toBe(
      'InvalidEntry: invalid type: this log takes no hashedRekordRequestV002',
    );
    expect(isEnabled(new Set(['dsse:0.0.1']), 'dsse', '0.0.2')).toBe(false);
  });

  it('is refused with a failure whatever it is', () => {
    const fields = fc.constantFrom('hashedRekordRequestV002', 'dsse_request_v002', 'digest', 'signature', 'x');
    fc.assert(
      fc.property(fc.dictionary(fields, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 }), (request) => {
        expect(() => read(JSON.stringify(request))).toSatisfy(isFailureOrNothing);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => readCreateEntryRequest(bytes, RULES)).toSatisfy(isFailureOrNothing);
      }),
    );
  });
});

function isFailureOrNothing(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch (error) {
    return error instanceof Failure;
  }
}

describe('the two APIs', () => {
  const NOT_FOUND = "implementation for version '0.0.2' not found: unable to locate entry for version 0.0.2";

  it.each(['hashedrekord', 'dsse'])('v1 knows no %s 0.0.2, neither as it is asked for nor as it is stored', (kind) => {
    const registry = new KindRegistry(kinds);
    const stored = { hashedRekordV002: {}, dsseV002: {} };
    for (const purpose of ['create', 'lookup'] as const)
      for (const spec of [{}, stored, hashedrekord.hashedRekordRequestV002, dsse.dsseRequestV002])
        expect(refusal({ kind, apiVersion: '0.0.2', spec }, purpose, RULES, registry)).toBe(
          `InvalidEntry: ${kind} ${NOT_FOUND}`,
        );
  });

  it('v2 knows nothing of v1', () => {
    const proposals = kinds.map(({ kind, version }) => ({ kind, apiVersion: version, spec: {} }));
    for (const proposal of proposals)
      expect(refusal(proposal, 'create', RULES, v2Registry)).toMatch(
        /not found: unable to locate|is not enabled for submission/,
      );
    expect(v2Kinds.map(({ kind, version }) => `${kind}:${version}`)).toEqual(['hashedrekord:0.0.2', 'dsse:0.0.2']);
  });
});
