import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sshFingerprint } from '../../../entries/pki/ssh-fingerprint.ts';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { admit, bodyOf, keysOf, refusal, searchKeysOf, storedForm } from './admit.ts';
import { base64, envelope, IN_TOTO, intoto001, sha256Hex, STATEMENT, type TestEnvelope } from './proposals.ts';
import { makeSigner } from '../../support/signing.ts';

const signer = makeSigner();
const stranger = makeSigner();
const sent = envelope([signer]);
const text = JSON.stringify(sent);
const [signature = { sig: '' }] = sent.signatures;

const withSignatures = (signatures: TestEnvelope['signatures']): unknown =>
  intoto001(JSON.stringify({ ...sent, signatures }), signer.pem);

const FOUND_NONE = 'InvalidEntry: accepted signatures do not match threshold, Found: 0, Expected 1';

describe('rekor-v1 §3.2 intoto 0.0.1: the leaf', () => {
  it('holds the hash of the text as it was sent, of the payload, and the canonical PEM (rekor-v1 trap 3)', () => {
    const spaced = JSON.stringify(sent, undefined, 2);
    const hash = `{"algorithm":"sha256","value":"${sha256Hex(spaced)}"}`;
    const payloadHash = `{"algorithm":"sha256","value":"${sha256Hex(STATEMENT)}"}`;
    const spec = `{"content":{"hash":${hash},"payloadHash":${payloadHash}},"publicKey":"${base64(signer.pem)}"}`;
    const entry = admit(intoto001(spaced, signer.pem.trimEnd()));
    expect(bodyOf(entry)).toBe(`{"apiVersion":"0.0.1","kind":"intoto","spec":${spec}}`);
  });

  it('ignores hashes that the client sends, when they have the right shape', () => {
    const hash = { algorithm: 'sha256', value: 'x' };
    const proposal = { kind: 'intoto', apiVersion: '0.0.1' };
    const content = { envelope: text, hash, payloadHash: hash };
    const body = bodyOf(admit({ ...proposal, spec: { content, publicKey: base64(signer.pem) } }));
    expect(body).toBe(bodyOf(admit(intoto001(text, signer.pem))));
    const wrong = { ...content, hash: { algorithm: 'sha512', value: 'x' } };
    expect(refusal({ ...proposal, spec: { content: wrong, publicKey: base64(signer.pem) } })).toContain(
      'algorithm in body should be one of [sha256]',
    );
  });

  it('keeps the payload as attestation', () => {
    expect(admit(intoto001(text, signer.pem)).attestation).toEqual(new TextEncoder().encode(STATEMENT));
  });

  it('is found by both hashes, by its key and by what the statement speaks of', () => {
    const entry = admit(intoto001(text, signer.pem));
    const leaf = [sha256Hex(text), sha256Hex(signer.pem), sha256Hex(STATEMENT)].map((hash) => `sha256:${hash}`);
    const payload = [`sha256:${'ab'.repeat(32)}`, 'foo:bar', `sha1:${'cd'.repeat(20)}`];
    expect(keysOf(entry)).toEqual([...leaf, ...payload]);
    expect(
      searchKeysOf(entry)
        .filter(({ source }) => source === 'payload')
        .map((key) => key.text),
    ).toEqual(payload);
  });
});

describe('rekor-v1 §3.2 intoto 0.0.1: signatures', () => {
  it('needs one that the key made; others are not looked at', () => {
    expect(refusal(withSignatures([{ sig: 'AAAA' }, signature]))).toBeUndefined();
    expect(refusal(intoto001(text, stranger.pem))).toBe(FOUND_NONE);
    expect(refusal(withSignatures([]))).toBe('InvalidEntry: no signature found');
  });

  it('takes a key id only if it is empty or the fingerprint of the key (rekor-v1 trap 19)', () => {
    const { key } = readKeyMaterial(Buffer.from(signer.pem));
    const fingerprint = sshFingerprint(key) ?? '';
    expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(refusal(withSignatures([{ ...signature, keyid: fingerprint }]))).toBeUndefined();
    expect(refusal(withSignatures([{ ...signature, keyid: 'another' }]))).toBe(FOUND_NONE);
    expect(refusal(withSignatures([{ ...signature, keyid: 'another' }, signature]))).toBeUndefined();
  });

  it('is spoiled by one that cannot be decoded', () => {
    expect(refusal(withSignatures([signature, { sig: '!' }]))).toBe(
      'InvalidEntry: unable to base64 decode payload (is payload in the right format?)',
    );
  });

  it('makes at most 100 checks', () => {
    const many = Array.from({ length: 101 }, (_, i) => ({ sig: Buffer.alloc(3, i).toString('base64') }));
    expect(refusal(withSignatures(many))).toContain('asks for 101 signature checks, and at most 100');
    expect(refusal(withSignatures([...many.slice(0, 99), signature]))).toBeUndefined();
  });

  it.each(['P-384', 'P-521', 'rsa', 'ed25519'] as const)(
    'of %s are over SHA-256, or pure Ed25519 (rekor-v1 trap 7)',
    (type) => {
      const other = makeSigner(type);
      expect(createPublicKey(other.pem).type).toBe('public');
      expect(refusal(intoto001(JSON.stringify(envelope([other])), other.pem))).toBeUndefined();
    },
  );
});

describe('rekor-v1 §3.2 intoto 0.0.1: stored forms', () => {
  const entry = admit(intoto001(text, signer.pem));

  it('are read and cannot be inserted', () => {
    expect(bodyOf(admit(storedForm(entry), 'lookup'))).toBe(bodyOf(entry));
    expect(refusal(storedForm(entry))).toBe('InvalidEntry: entry not insertable into log: missing envelope content');
  });

  it('may lack the hash of the payload, and only that', () => {
    const content = { hash: { algorithm: 'sha256', value: 'ab'.repeat(32) } };
    const old = { kind: 'intoto', apiVersion: '0.0.1', spec: { content, publicKey: base64(signer.pem) } };
    expect(storedForm(admit(old, 'lookup'))).toEqual(old);
    expect(refusal({ ...old, spec: { ...old.spec, content: {} } }, 'lookup')).toContain(
      'missing hash value for envelope',
    );
  });

  it('cannot be without payload or its type', () => {
    const message = 'InvalidEntry: entry not insertable into log: invalid DSSE envelope';
    for (const empty of [envelope([signer], ''), envelope([signer], STATEMENT, '')])
      expect(refusal(intoto001(JSON.stringify(empty), signer.pem))).toBe(message);
  });
});

describe('rekor-v1 §3.2 intoto 0.0.1: members', () => {
  it.each([
    [{ content: { envelope: text } }, 'publicKey in body is required'],
    [{ content: { envelope: text }, publicKey: '' }, 'publicKey in body is required'],
    [{ publicKey: base64(signer.pem) }, 'content in body is required'],
    [{ content: { envelope: text }, publicKey: '!' }, 'failed parsing base64 data for public key: illegal base64'],
    [{ content: { envelope: '{' }, publicKey: base64(signer.pem) }, 'the DSSE envelope: '],
    [{ content: { envelope: `${text}x` }, publicKey: base64(signer.pem) }, 'the DSSE envelope: '],
    [{ content: { envelope: '{"payload":5}' }, publicKey: base64(signer.pem) }, 'wrong type at "/payload"'],
  ])('refuses case %#', (spec, message) => {
    expect(refusal({ kind: 'intoto', apiVersion: '0.0.1', spec })).toContain(message);
  });

  it('refuses a payload in the alphabet for URLs, though its signature holds', () => {
    const odd = envelope([signer], '\u00fb\u00ff?>>', IN_TOTO);
    const payload = odd.payload.replaceAll('+', '-').replaceAll('/', '_');
    expect(payload).not.toBe(odd.payload);
    expect(refusal(intoto001(JSON.stringify({ ...odd, payload }), signer.pem))).toMatch(
      /^InvalidEntry: illegal base64 data at input byte \d+$/,
    );
  });
});
