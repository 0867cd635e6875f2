import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { initializeCA } from '@sigstore/mock';
import { describe, expect, it } from 'vitest';
import { admit, bodyOf, keysOf, refusal, RULES, storedForm } from './admit.ts';
import { base64, hashedrekord, type HashedrekordProposal, sha256Hex, signedDigest } from './proposals.ts';
import { makeSigner, sha512Hex, signArtifact, signMessage, signPrehashed } from '../../support/signing.ts';

const signer = makeSigner();
const proposal = hashedrekord(signer);
const artifact = Buffer.from('artifact');
const sha256 = { algorithm: 'sha256', value: sha256Hex(artifact) };
const sha512 = { algorithm: 'sha512', value: sha512Hex(artifact) };

/** The proposal with its spec changed. */
function changed(change: (spec: HashedrekordProposal['spec']) => unknown): unknown {
  return { ...proposal, spec: change(proposal.spec) };
}

const withKey = (pem: string): unknown =>
  changed((spec) => ({ ...spec, signature: { ...spec.signature, publicKey: { content: base64(pem) } } }));

const withSignature = (content: string): unknown =>
  changed((spec) => ({ ...spec, signature: { ...spec.signature, content } }));

describe('rekor-v1 §3.1 hashedrekord 0.0.1: the leaf', () => {
  it('has sorted members, the signature as it was and the PEM in its canonical form', () => {
    const { content, publicKey } = proposal.spec.signature;
    const hash = `{"algorithm":"sha256","value":"${sha256.value}"}`;
    const signature = `{"content":"${content}","publicKey":{"content":"${publicKey.content}"}}`;
    const spec = `{"data":{"hash":${hash}},"signature":${signature}}`;
    expect(bodyOf(admit(proposal))).toBe(`{"apiVersion":"0.0.1","kind":"hashedrekord","spec":${spec}}`);
  });

  it('is the same however the PEM is wrapped (rekor-v1 trap 10), and drops what nobody asked for', () => {
    const body = bodyOf(admit(proposal));
    expect(bodyOf(admit(withKey(`a comment\n${signer.pem.trimEnd().replaceAll('\n', '\r\n')}  \n`)))).toBe(body);
    expect(bodyOf(admit(changed((spec) => ({ ...spec, extra: 1, data: { ...spec.data, url: 'x' } }))))).toBe(body);
  });

  it('keeps the case of the digest, and only the search key is lowered (rekor-v1 trap 11)', () => {
    const upper = sha256.value.toUpperCase();
    const entry = admit(changed((spec) => ({ ...spec, data: { hash: { ...sha256, value: upper } } })));
    expect(bodyOf(entry)).toContain(`"value":"${upper}"`);
    expect(keysOf(entry)).toEqual([sha256Hex(signer.pem), `sha256:${sha256.value}`]);
  });

  it('can be sent back, and is the same entry', () => {
    const entry = admit(proposal);
    expect(admit(storedForm(entry)).leafHash).toEqual(entry.leafHash);
  });
});

describe('rekor-v1 §3.1 hashedrekord 0.0.1: signatures', () => {
  it('takes ECDSA as DER and as IEEE P1363, and stores either untouched (rekor-v1 trap 8)', () => {
    const raw = signArtifact(signer, artifact, 'sha256', 'ieee-p1363');
    expect(bodyOf(admit(signedDigest(sha256, raw, signer.pem)))).toContain(base64(raw));
  });

  it('takes Ed25519ph over SHA-512 and nothing else of Ed25519 (rekor-v1 trap 6)', () => {
    const ed25519 = makeSigner('ed25519');
    const prehashed = signPrehashed(ed25519, artifact);
    const pure = Buffer.from(signMessage(ed25519, artifact), 'base64');
    expect(keysOf(admit(signedDigest(sha512, prehashed, ed25519.pem)))).toContain(`sha512:${sha512.value}`);
    expect(refusal(signedDigest(sha512, pure, ed25519.pem))).toContain('ed25519: invalid signature');
    expect(refusal(signedDigest(sha256, prehashed, ed25519.pem))).toBe(
      'InvalidEntry: verifying signature: unsupported hash algorithm: "SHA-256" not in [SHA-512]',
    );
  });

  it.each([
    [
      'of another artifact',
      hashedrekord(signer, 'other').spec.signature.content,
      'invalid signature when validating ASN.1',
    ],
    ['that is empty', '', 'verifying signature: X509 signature has not been initialized'],
    [
      'that is no base64',
      'AA',
      'failed parsing base64 data for signature content: illegal base64 data at input byte 0',
    ],
    ['in the alphabet for URLs', '_-==', 'illegal base64 data at input byte 0'],
  ])('refuses a signature %s', (_, content, message) => {
    expect(refusal(withSignature(content))).toContain(message);
  });
});

describe('rekor-v1 §3.1 hashedrekord 0.0.1: members', () => {
  it.each([
    ['no data', { signature: proposal.spec.signature }, 'data in body is required'],
    ['data without a hash', { ...proposal.spec, data: {} }, 'data in body is required'],
    ['no signature', { data: proposal.spec.data }, 'signature in body is required'],
    [
      'names in another case',
      { ...proposal.spec, data: undefined, DATA: proposal.spec.data },
      'data in body is required',
    ],
    ['sha1', withHash({ algorithm: 'sha1', value: 'ab'.repeat(20) }), 'should be one of [sha256 sha384 sha512]'],
    ['no value', withHash({ algorithm: 'sha256' }), 'value in body is required'],
    ['a value of another length', withHash({ ...sha256, algorithm: 'sha384' }), 'invalid value for hash'],
    [
      'a value that is no hex',
      withHash({ ...sha256, value: 'z'.repeat(64) }),
      "encoding/hex: invalid byte: U+007A 'z'",
    ],
    ['no key', { ...proposal.spec, signature: { content: 'AAAA' } }, 'missing public key'],
    ['a text', 'spec', 'unsupported input type string for DecodeEntry'],
    ['a list', [], 'unsupported input type []interface {} for DecodeEntry'],
  ])('refuses %s', (_, spec, message) => {
    expect(refusal({ ...proposal, spec })).toContain(message);
  });

  function withHash(hash: object): unknown {
    return { ...proposal.spec, data: { hash } };
  }
});

describe('rekor-v1 §3.1 hashedrekord 0.0.1: algorithm policy', () => {
  const uses = [
    [makeSigner('P-384'), 'sha384', true],
    [makeSigner('P-521'), 'sha512', true],
    [makeSigner('rsa'), 'sha256', true],
    [makeSigner('rsa'), 'sha512', false],
    [makeSigner('P-384'), 'sha256', false],
    [signer, 'sha512', false],
  ] as const;

  it.each(uses)('of the defaults, case %#: %s with %s', (key, algorithm, allowed) => {
    const expected = allowed ? undefined : 'InvalidEntry: entry algorithms are not allowed';
    expect(refusal(hashedrekord(key, 'artifact', algorithm))).toBe(expected);
  });

  it('is not asked of a lookup', () => {
    expect(refusal(hashedrekord(signer, 'artifact', 'sha512'), 'lookup')).toBeUndefined();
  });

  it('allows what it names', () => {
    const rules = { ...RULES, algorithms: new Set(['ecdsa-sha2-256-nistp384']) };
    expect(refusal(hashedrekord(makeSigner('P-384')), 'create', rules)).toBeUndefined();
    expect(refusal(proposal, 'create', rules)).toContain('entry algorithms are not allowed');
  });
});

describe('rekor-v1 §3.0 certificates', async () => {
  const ca = await initializeCA(generateKeyPairSync('ec', { namedCurve: 'P-384' }));
  const stranger = await initializeCA(generateKeyPairSync('ec', { namedCurve: 'P-384' }));
  const publicKey = createPublicKey(signer.pem).export({ type: 'spki', format: 'der' });
  const certificate = await ca.issueCertificate({
    publicKey: new Uint8Array(publicKey),
    subjectAltName: 'A@Example.com',
  });
  const pem = (der: ArrayBufferView<ArrayBuffer>): string => {
    const text = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
    return `-----BEGIN CERTIFICATE-----\n${(text.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
  };
  const leaf = pem(certificate);

  it('are found by their names, in lower case', () => {
    expect(keysOf(admit(withKey(leaf)))).toEqual([sha256Hex(leaf), 'a@example.com', `sha256:${sha256.value}`]);
  });

  it('make another entry than their bare key does (rekor-v1 §1.6)', () => {
    expect(admit(withKey(leaf)).leafHash).not.toEqual(admit(proposal).leafHash);
  });

  it('in a chain have to lead to its last', () => {
    expect(refusal(withKey(leaf + pem(ca.rootCertificate)))).toBeUndefined();
    expect(refusal(withKey(leaf + pem(stranger.rootCertificate)))).toContain('verifying signature: x509: ');
  });
});
