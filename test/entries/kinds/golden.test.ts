import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../base/bytes.ts';
import { logIndex, nodeHash, type RootHash, treeSize } from '../../../merkle/types.ts';
import { verifyInclusion } from '../../../merkle/verify.ts';
import { admit, bodyOf, keysOf, RULES, storedForm } from './admit.ts';
import { dsse, intoto001, intoto002, sha256Hex, signedDigest, type TestEnvelope } from './proposals.ts';
import { sha512Hex } from '../../support/signing.ts';

const read = (name: string): Buffer => readFileSync(`test/vectors/rekor/${name}`);
const envelopeText = read('envelopes/intoto_dsse.json').toString();
const envelopePem = read('envelopes/intoto_dsse.pem').toString();

describe('rekor-v1 §14 golden vectors', () => {
  it('gives the EC hashedrekord its leaf and keys', () => {
    const pem = read('client-algos/ec_public.pem').toString();
    const value = sha256Hex(read('client-algos/file1'));
    const entry = admit(signedDigest({ algorithm: 'sha256', value }, read('client-algos/file1.ec.sig'), pem));
    expect(entry.body.length).toBe(557);
    expect(toHex(entry.leafHash)).toBe('248a10339658f2215fae36b8305b6543df96927cd6c9dad7f249acfe88ae2506');
    expect(keysOf(entry)).toEqual([expect.stringMatching(/^1035855a[0-9a-f]{56}$/), `sha256:${value}`]);
  });

  it('gives intoto 0.0.2 its leaf, with the canonical PEM sent and the hash of the file', () => {
    const sent = intoto002(JSON.parse(envelopeText) as TestEnvelope, [`${envelopePem.trim()}\n`]);
    const hash = { algorithm: 'sha256', value: sha256Hex(envelopeText) };
    const entry = admit({ ...sent, spec: { content: { ...sent.spec.content, hash } } });
    expect(entry.body.length).toBe(743);
    expect(toHex(entry.leafHash)).toBe('dc1fe5ae66f045ba9f3cf4760370aa4e55b962201dca87bda72a79cb0588e45e');
  });

  it('gives dsse 0.0.1 its leaf and keys', () => {
    const entry = admit(dsse(envelopeText, [envelopePem]));
    expect(entry.body.length).toBe(652);
    expect(toHex(entry.leafHash)).toBe('3a3f0515ff04d7a17fdf0713d74e479c215d2ac4c2e81095b1f43360c15b7666');
    expect(keysOf(entry)).toEqual([
      expect.stringMatching(/^sha256:1e4cebf9/),
      expect.stringMatching(/^sha256:7ebff188/),
      expect.stringMatching(/^sha256:7fa2e20d/),
      'foo:bar',
    ]);
  });

  it('takes the envelope that two keys of different type signed, as each of the three kinds', () => {
    const text = read('envelopes/intoto_multi_dsse.json').toString();
    const pems = [envelopePem, read('envelopes/intoto_multi_pub2.pem').toString()];
    const signatures = (storedForm(admit(dsse(text, pems))) as { spec: { signatures: unknown[] } }).spec.signatures;
    expect(signatures).toHaveLength(2);
    expect(bodyOf(admit(intoto002(JSON.parse(text) as TestEnvelope, pems)))).toContain('"payloadHash"');
    expect(keysOf(admit(intoto001(text, pems[1] ?? '')))).toContain('foo:bar');
  });

  it.each(['rsa', 'ed25519ph'])('takes what OpenSSL signed with %s', (name) => {
    const pem = read(`client-algos/${name.replace('ph', '')}_public.pem`).toString();
    const [algorithm, value] =
      name === 'rsa'
        ? ['sha256', sha256Hex(read('client-algos/file1'))]
        : ['sha512', sha512Hex(read('client-algos/file1'))];
    const entry = admit(signedDigest({ algorithm, value }, read(`client-algos/file1.${name}.sig`), pem));
    expect(keysOf(entry)).toContain(`${algorithm}:${value}`);
  });
});

interface Bundle {
  readonly dsseEnvelope?: { readonly payload: string };
  readonly verificationMaterial: { readonly tlogEntries: readonly TlogEntry[] };
}

interface TlogEntry {
  readonly canonicalizedBody: string;
  readonly inclusionProof?: null | {
    readonly logIndex: string;
    readonly rootHash: string;
    readonly treeSize: string;
    readonly hashes: readonly string[];
  };
}

const bundles = [
  'bundle-provenance.json',
  'bundle-publish.json',
  'dsse.sigstore.json',
  'dsse-2sigs.sigstore.json',
  'oci-attestation.sigstore.json',
  'othername.sigstore.json',
  'sigstore-js-provenance.sigstore.json',
];

const entries = bundles.flatMap((name) => {
  const bundle = JSON.parse(read(`bundles/${name}`).toString()) as Bundle;
  return bundle.verificationMaterial.tlogEntries.map(({ canonicalizedBody, inclusionProof }) => ({
    name,
    payload: bundle.dsseEnvelope?.payload,
    body: Buffer.from(canonicalizedBody, 'base64').toString(),
    inclusionProof,
  }));
});

const proven = entries.flatMap(({ name, body, inclusionProof: proof }) =>
  proof === undefined || proof === null ? [] : [{ name, body, proof }],
);

describe('rekor-v1 §3.0 canonical form of entries that stand in real logs', () => {
  it.each(entries)('makes of the body in $name the same bytes again', ({ body }) => {
    expect(bodyOf(admit(JSON.parse(body), 'lookup'))).toBe(body);
  });

  it.each(proven)('names the body in $name as its log did: the name has a proof of inclusion', ({ body, proof }) => {
    const { leafHash } = admit(JSON.parse(body), 'lookup');
    const root = nodeHash(Buffer.from(proof.rootHash, 'base64')) as RootHash;
    const hashes = proof.hashes.map((hash) => nodeHash(Buffer.from(hash, 'base64')));
    const head = { size: treeSize(Number(proof.treeSize)), root };
    expect(verifyInclusion(head, logIndex(Number(proof.logIndex)), leafHash, hashes)).toBe(true);
  });

  it('has such proofs of three logs at least', () => {
    expect(proven.length).toBeGreaterThanOrEqual(3);
  });

  const attested = entries.filter(({ name, body }) => body.includes('"kind":"intoto"') && !name.includes('2sigs'));

  it.each(attested)('makes the body in $name of what its client had sent', ({ body, payload }) => {
    const entry = JSON.parse(body) as { spec: { content: { envelope: Record<string, unknown> } } };
    entry.spec.content.envelope['payload'] = Buffer.from(payload ?? '').toString('base64');
    const admitted = admit(entry, 'create', { ...RULES, maxAttestation: 1_000_000 });
    expect(bodyOf(admitted)).toBe(body);
    expect(admitted.attestation).toEqual(new Uint8Array(Buffer.from(payload ?? '', 'base64')));
  });
});
