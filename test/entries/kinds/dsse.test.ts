import { describe, expect, it } from 'vitest';
import { admit, bodyOf, keysOf, refusal, RULES, searchKeysOf, storedForm } from './admit.ts';
import { base64, dsse, envelope, sha256Hex, STATEMENT, type TestEnvelope } from './proposals.ts';
import { makeSigner } from '../../support/signing.ts';

const first = makeSigner();
const second = makeSigner('ed25519');
const stranger = makeSigner();
const one = envelope([first]);
const two = envelope([first, second]);
const text = JSON.stringify(one);
const twoText = JSON.stringify(two);

const withSignatures = (signatures: TestEnvelope['signatures'], pem = first.pem): unknown =>
  dsse(JSON.stringify({ ...one, signatures }), [pem]);

const FOUND_NONE =
  'InvalidEntry: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1';
const UNCOVERED_SENTENCE = 'InvalidEntry: all signatures must have a key that verifies it';

describe('rekor-v1 §3.4 dsse 0.0.1: the leaf', () => {
  it('holds both hashes and each signature with its canonical key, sorted by signature', () => {
    const sha256 = (value: string): string => `{"algorithm":"sha256","value":"${sha256Hex(value)}"}`;
    const signatures = [first, second]
      .map(({ pem }, i) => `{"signature":"${two.signatures[i]?.sig}","verifier":"${base64(pem)}"}`)
      .sort();
    const hashes = `"envelopeHash":${sha256(twoText)},"payloadHash":${sha256(STATEMENT)}`;
    const entry = admit(dsse(twoText, [` ${first.pem}`, second.pem.trimEnd()]));
    const spec = `{${hashes},"signatures":[${signatures.join(',')}]}`;
    expect(bodyOf(entry)).toBe(`{"apiVersion":"0.0.1","kind":"dsse","spec":${spec}}`);
    expect(entry.attestation).toBeUndefined();
  });

  it('is the same in whatever order the signatures came, but for the hash of the text', () => {
    const reversed = { ...two, signatures: two.signatures.toReversed() };
    const swapped = admit(dsse(JSON.stringify(reversed), [first.pem, second.pem]));
    const straight = admit(dsse(twoText, [first.pem, second.pem]));
    const listed = (entry: unknown): unknown => (entry as { spec: { signatures: unknown } }).spec.signatures;
    expect(listed(storedForm(swapped))).toEqual(listed(storedForm(straight)));
    expect(swapped.leafHash).not.toEqual(straight.leafHash);
  });

  it('is found by its key, both hashes and what the statement speaks of', () => {
    const leaf = [first.pem, STATEMENT, text].map((value) => `sha256:${sha256Hex(value)}`);
    const entry = admit(dsse(text, [first.pem]));
    expect(keysOf(entry)).toEqual([...leaf, `sha256:${'ab'.repeat(32)}`, 'foo:bar', `sha1:${'cd'.repeat(20)}`]);
    expect(
      searchKeysOf(entry)
        .filter(({ source }) => source === 'leaf')
        .map((key) => key.text),
    ).toEqual(leaf);
  });

  it('is subject to no algorithm policy (rekor-v1 trap 7)', () => {
    expect(refusal(dsse(text, [first.pem]), 'create', { ...RULES, algorithms: new Set() })).toBeUndefined();
  });
});

describe('rekor-v1 §3.4 dsse 0.0.1: verifiers (rekor-v1 trap 19)', () => {
  it.each([
    ['all signatures covered', twoText, [first, second], undefined],
    ['in any order', twoText, [second, first], undefined],
    ['the same one repeated', text, [first, first], undefined],
    ['a surplus one after all are covered', text, [first, stranger], undefined],
    ['one that made nothing before all are covered', twoText, [first, stranger, second], FOUND_NONE],
    ['only a stranger', text, [stranger], FOUND_NONE],
    ['too few', twoText, [first], UNCOVERED_SENTENCE],
    ['one key for two signatures', JSON.stringify(envelope([first, first])), [first, first], UNCOVERED_SENTENCE],
  ])('%s', (_, sent, signers, expected) => {
    const pems = signers.map(({ pem }) => pem);
    expect(refusal(dsse(sent, pems))).toBe(expected);
  });

  it('are not even parsed once all are covered', () => {
    expect(refusal(dsse(text, [first.pem, 'no PEM']))).toBeUndefined();
    expect(refusal(dsse(text, ['no PEM', first.pem]))).toContain('could not parse public key as x509: ');
  });

  it('stand in the leaf once for two signatures that are the same text', () => {
    const [signature = { sig: '' }] = one.signatures;
    const entry = admit(withSignatures([signature, signature]));
    expect((storedForm(entry) as { spec: { signatures: unknown[] } }).spec.signatures).toHaveLength(1);
  });

  it('do not care for key ids', () => {
    expect(refusal(withSignatures(one.signatures.map(({ sig }) => ({ sig, keyid: 'another' }))))).toBeUndefined();
  });

  it('that are empty or no text are skipped, and one has to be left', () => {
    const spec = (verifiers: unknown) => ({ proposedContent: { envelope: text, verifiers } });
    const proposal = { kind: 'dsse', apiVersion: '0.0.1' };
    expect(refusal({ ...proposal, spec: spec(['', 5, base64(first.pem)]) })).toBeUndefined();
    expect(refusal({ ...proposal, spec: spec(['', 5]) })).toContain('verifiers in body should have at least 1 items');
    expect(refusal({ ...proposal, spec: spec('x') })).toContain('verifiers in body is required');
    expect(refusal({ ...proposal, spec: spec(['!']) })).toContain('failed parsing base64 data for verifier: illegal');
  });

  it('are tried at most 100 times in all', () => {
    const pems = Array.from({ length: 101 }, (_, i) => `${first.pem}${' '.repeat(i)}`);
    expect(refusal(dsse(text, pems.slice(0, 100)))).toBeUndefined();
    expect(refusal(dsse(text, pems))).toContain('asks for 101 signature checks, and at most 100 are made');
  });
});

describe('rekor-v1 §3.4 dsse 0.0.1: envelopes', () => {
  it('need a signature, and are spoiled by one that cannot be decoded', () => {
    expect(refusal(withSignatures([]))).toBe('InvalidEntry: DSSE envelope must contain 1 or more signatures');
    expect(refusal(withSignatures([...one.signatures, { sig: '!' }]))).toContain('unable to base64 decode payload');
  });

  it('may be empty, of any type, and in the alphabet for URLs', () => {
    const odd = envelope([first], '\u00fb\u00ff?>>', '');
    const payload = odd.payload.replaceAll('+', '-').replaceAll('/', '_');
    expect(payload).not.toBe(odd.payload);
    expect(refusal(dsse(JSON.stringify({ ...odd, payload }), [first.pem]))).toBeUndefined();
    expect(refusal(dsse(JSON.stringify(envelope([first], '', '')), [first.pem]))).toBeUndefined();
  });
});

describe('rekor-v1 §3.4 dsse 0.0.1: the two forms', () => {
  const entry = admit(dsse(text, [first.pem]));
  const { spec } = storedForm(entry) as { spec: object };
  const proposal = { kind: 'dsse', apiVersion: '0.0.1' };

  it('stored: is read and cannot be inserted', () => {
    expect(bodyOf(admit(storedForm(entry), 'lookup'))).toBe(bodyOf(entry));
    expect(refusal(storedForm(entry))).toBe('InvalidEntry: entry not insertable into log: missing proposed content');
  });

  it('stored with a thousand keys: is read, and nobody looks at the keys', () => {
    const [signature] = (spec as { signatures: readonly object[] }).signatures;
    const signatures = Array.from({ length: 1000 }, (_, i) => ({
      ...signature,
      verifier: base64(`${first.pem} ${i}`),
    }));
    const found = admit({ ...proposal, spec: { ...spec, signatures } }, 'lookup');
    expect(keysOf(found)).toEqual([]);
    expect((storedForm(found) as { spec: { signatures: unknown } }).spec.signatures).toEqual(signatures);
  });

  it('together: are refused; null is absent (rekor-v1 trap 18)', () => {
    const { spec: proposed } = dsse(text, [first.pem]);
    const nothing = { signatures: null, envelopeHash: null, payloadHash: null };
    expect(refusal({ ...proposal, spec: { ...nothing, ...(proposed as object) } })).toBeUndefined();
    expect(refusal({ ...proposal, spec: { ...spec, ...(proposed as object) } })).toContain(
      'must be present but not both',
    );
    expect(refusal({ ...proposal, spec: { ...(proposed as object), signatures: [] } })).toContain(
      'signatures in body should have at least 1 items',
    );
  });

  it('incomplete: is refused', () => {
    const message = 'InvalidEntry: either proposedContent or envelopeHash, payloadHash, and signatures must be present';
    for (const member of ['envelopeHash', 'payloadHash', 'signatures'])
      expect(refusal({ ...proposal, spec: { ...spec, [member]: undefined } }, 'lookup')).toBe(message);
  });

  it('stored with a signature in another alphabet: is refused', () => {
    const signatures = [{ signature: '_-==', verifier: base64(first.pem) }];
    expect(refusal({ ...proposal, spec: { ...spec, signatures } }, 'lookup')).toContain(
      'signature in body should match',
    );
  });
});
