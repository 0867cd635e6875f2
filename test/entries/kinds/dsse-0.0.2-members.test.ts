import { describe, expect, it } from 'vitest';
import { toBase64 } from '../../../base/bytes.ts';
import { admit, bodyOf, keysOf, refusal, RULES, storedForm } from './admit.ts';
import { keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import { admitV2, dsseRequest, refusalOfText, refusalV2, v2Registry } from './v2.ts';

const signers = [makeV2Signer(), makeV2Signer('P-384')];
const good = dsseRequest(signers);
const asked = (request: unknown): object => ({ dsseRequestV002: request });
const path = 'dsseRequestV002';

const withEnvelope = (change: object): object => ({ ...good, envelope: { ...good.envelope, ...change } });
const [signature] = good.envelope.signatures;
const [verifier] = good.verifiers;

describe('rekor-v2 §2.7 dsse 0.0.2: members', () => {
  it.each([
    ['no envelope', { verifiers: good.verifiers }, `${path}.envelope is missing`],
    ['an envelope of null', { ...good, envelope: null }, `${path}.envelope is missing`],
    ['no verifiers', { envelope: good.envelope }, `${path}.verifiers is missing`],
    ['an empty list of verifiers', { ...good, verifiers: [] }, `${path}.verifiers is missing`],
    [
      'an empty verifier',
      { ...good, verifiers: [verifier, {}] },
      `${path}.verifiers[1] has neither publicKey nor x509Certificate`,
    ],
    [
      'a key without bytes',
      { ...good, verifiers: [{ publicKey: {} }] },
      `${path}.verifiers[0].publicKey.rawBytes is missing`,
    ],
    [
      'a key that is none',
      { ...good, verifiers: [{ publicKey: { rawBytes: 'AAAA' } }] },
      `${path}.verifiers[0].publicKey.rawBytes: x509: malformed spki`,
    ],
    ['no signatures', withEnvelope({ signatures: [] }), `${path}.envelope.signatures is missing`],
    ['signatures of null', withEnvelope({ signatures: null }), `${path}.envelope.signatures is missing`],
    [
      'an empty signature',
      withEnvelope({ signatures: [signature, { sig: '' }] }),
      `${path}.envelope.signatures[1].sig is missing`,
    ],
    ['another payload', withEnvelope({ payload: 'AAAA' }), `${path}.envelope.signatures[0].sig was made by none`],
    ['another type', withEnvelope({ payloadType: 'x' }), `${path}.envelope.signatures[0].sig was made by none`],
    ['nothing', {}, `${path}.envelope is missing`],
  ])('refuses %s', (_, request, message) => {
    expect(refusalV2(asked(request))).toMatch(/^InvalidEntry: /);
    expect(refusalV2(asked(request))).toContain(message);
  });

  it.each([
    ['an unknown member', { ...good, foo: 1 }, `unknown field "foo" in ${path}`],
    [
      'an unknown member of a signature',
      withEnvelope({ signatures: [{ ...signature, cert: '' }] }),
      `unknown field "cert" in ${path}.envelope.signatures[0]`,
    ],
    [
      'an unknown member of a verifier',
      { ...good, verifiers: [{ ...verifier, x: 1 }] },
      `unknown field "x" in ${path}.verifiers[0]`,
    ],
    [
      'payload_type, which is no name of it',
      withEnvelope({ payload_type: '' }),
      `unknown field "payload_type" in ${path}.envelope`,
    ],
    ['a null among the verifiers', { ...good, verifiers: [null] }, `${path}.verifiers[0] is not an object`],
    [
      'a null among the signatures',
      withEnvelope({ signatures: [null] }),
      `${path}.envelope.signatures[0] is not an object`,
    ],
    ['verifiers that are no list', { ...good, verifiers: {} }, `${path}.verifiers is not an array`],
    ['a type that is no text', withEnvelope({ payloadType: 5 }), `${path}.envelope.payloadType is not a string`],
    [
      'a lone surrogate',
      withEnvelope({ payloadType: '\ud800' }),
      `${path}.envelope.payloadType has half of a surrogate pair`,
    ],
    [
      'a key id that is no text',
      withEnvelope({ signatures: [{ ...signature, keyid: 5 }] }),
      `${path}.envelope.signatures[0].keyid is not a string`,
    ],
    ['a payload that is no base64', withEnvelope({ payload: '!' }), `${path}.envelope.payload is not base64`],
    [
      'both a key and a certificate',
      { ...good, verifiers: [{ ...verifier, x509Certificate: {} }] },
      `are both set in ${path}.verifiers[0]`,
    ],
    ['a list', [], `${path} is not an object`],
  ])('cannot read %s', (_, request, message) => {
    expect(refusalV2(asked(request))).toMatch(/^MalformedJson: /);
    expect(refusalV2(asked(request))).toContain(message);
  });

  it('stand once, on every level', () => {
    const text = JSON.stringify(asked(good));
    const twice = (from: string, to: string): string | undefined => refusalOfText(text.replace(from, to));
    expect(twice('"sig"', '"sig":"AA==","sig"')).toBe(`MalformedJson: ${path}.envelope.signatures[0].sig stands twice`);
    expect(twice('"payload"', '"payload":null,"payload"')).toBe(`MalformedJson: ${path}.envelope.payload stands twice`);
    expect(twice('"rawBytes"', '"rawBytes":"","rawBytes"')).toBe(
      `MalformedJson: ${path}.verifiers[0].publicKey.rawBytes stands twice`,
    );
  });

  it('may be base64 in any of the forms that are taken', () => {
    const loose = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const signatures = good.envelope.signatures.map(({ sig }) => ({ sig: loose(sig) }));
    const request = withEnvelope({ payload: loose(good.envelope.payload), signatures });
    expect(bodyOf(admitV2(asked(request)))).toBe(bodyOf(admitV2(asked(good))));
  });
});

describe('rekor-v2 §2.7 dsse 0.0.2 as it is stored', () => {
  const entry = admitV2(asked(good));
  const { spec } = storedForm(entry) as { spec: { dsseV002: { signatures: readonly object[]; payloadHash: object } } };
  const proposal = { kind: 'dsse', apiVersion: '0.0.2' };
  const lookup = (dsseV002: object) => admit({ ...proposal, spec: { dsseV002 } }, 'lookup', RULES, v2Registry);
  const refused = (dsseV002: object) => refusal({ ...proposal, spec: { dsseV002 } }, 'lookup', RULES, v2Registry);

  it('is read, whatever the order of its signatures, and cannot be inserted', () => {
    const { signatures } = spec.dsseV002;
    expect(bodyOf(lookup(spec.dsseV002))).toBe(bodyOf(entry));
    expect(bodyOf(lookup({ ...spec.dsseV002, signatures: signatures.toReversed() }))).toBe(bodyOf(entry));
    expect(refusal(storedForm(entry), 'create', RULES, v2Registry)).toBe(
      'InvalidEntry: entry not insertable into log: missing envelope content',
    );
    expect(refusalV2(asked(spec))).toContain('not insertable');
  });

  it('is an entry even if its keys cannot be read; only nothing finds it', () => {
    const [first] = spec.dsseV002.signatures;
    const unreadable = { ...first, verifier: { publicKey: { rawBytes: 'AAAA' }, keyDetails: 'PKIX_RSA_PSS' } };
    const found = lookup({ ...spec.dsseV002, signatures: [unreadable] });
    expect(keysOf(found)).toEqual([]);
    expect(bodyOf(found)).toContain('"keyDetails":"PKIX_RSA_PSS","publicKey":{"rawBytes":"AAAA"}');
  });

  it.each([
    ['without a payload hash', { payloadHash: null }, 'spec.dsseV002.payloadHash is no SHA2_256'],
    [
      'with one of another kind',
      { payloadHash: { algorithm: 'SHA2_512', digest: toBase64(new Uint8Array(64)) } },
      'spec.dsseV002.payloadHash is no SHA2_256',
    ],
    [
      'with one of another length',
      { payloadHash: { algorithm: 1, digest: 'AAAA' } },
      'spec.dsseV002.payloadHash is no SHA2_256',
    ],
    ['without signatures', { signatures: [] }, 'spec.dsseV002.signatures is missing'],
    [
      'with eleven',
      { signatures: Array.from({ length: 11 }, () => spec.dsseV002.signatures[0]) },
      'has 11 elements, and the limit is 10',
    ],
    [
      'with keyDetails that have no name',
      { signatures: [{ content: 'AAAA', verifier: { ...keyVerifier(signers[0] as never), keyDetails: 99 } }] },
      'signatures[0].verifier.keyDetails has no name',
    ],
    [
      'without keyDetails',
      { signatures: [{ content: 'AAAA', verifier: { publicKey: { rawBytes: 'AAAA' } } }] },
      'keyDetails has no name',
    ],
    ['without a verifier', { signatures: [{ content: 'AAAA' }] }, 'spec.dsseV002.signatures[0].verifier is missing'],
    ['of which nothing is left', { payloadHash: null, signatures: null }, 'payloadHash is no SHA2_256'],
  ])('is refused %s', (_, change, message) => {
    expect(refused({ ...spec.dsseV002, ...change })).toContain(message);
  });

  it('beside a hashedrekord is refused', () => {
    const both = { ...proposal, spec: { ...spec, hashedRekordV002: {} } };
    expect(refusal(both, 'lookup', RULES, v2Registry)).toContain('dsseV002 and hashedRekordV002 are both set in spec');
    const none = { ...proposal, spec: { dsseV002: null } };
    expect(refusal(none, 'lookup', RULES, v2Registry)).toContain('payloadHash is no SHA2_256');
  });
});
