import { createHash } from 'node:crypto';
import { utf8 } from '../../../base/bytes.ts';
import { pae, type Signer, signArtifact, signMessage } from '../../support/signing.ts';

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
export const sha256Hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export interface Proposal {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: unknown;
}

export interface TestEnvelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid?: string; readonly sig: string }[];
}

export const STATEMENT = JSON.stringify({
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType: 'https://slsa.dev/provenance/v0.2',
  subject: [{ name: 'artifact', digest: { sha256: 'ab'.repeat(32), foo: 'Bar' } }],
  predicate: { builder: { id: 'b' }, materials: [{ uri: 'git+x', digest: { sha1: 'cd'.repeat(20) } }] },
});

export const IN_TOTO = 'application/vnd.in-toto+json';

export function envelope(signers: readonly Signer[], payload = STATEMENT, payloadType = IN_TOTO): TestEnvelope {
  const message = pae(payloadType, utf8(payload));
  const signatures = signers.map((signer) => ({ keyid: '', sig: signMessage(signer, message) }));
  return { payloadType, payload: base64(payload), signatures };
}

export function hashedrekord(signer: Signer, artifact = 'artifact', algorithm = 'sha256'): HashedrekordProposal {
  const value = createHash(algorithm).update(artifact).digest('hex');
  return signedDigest({ algorithm, value }, signArtifact(signer, utf8(artifact), algorithm), signer.pem);
}

export type HashedrekordProposal = ReturnType<typeof signedDigest>;

export function signedDigest(hash: { algorithm: string; value: string }, signature: Uint8Array, pem: string) {
  const spec = { data: { hash }, signature: { content: base64(signature), publicKey: { content: base64(pem) } } };
  return { kind: 'hashedrekord', apiVersion: '0.0.1', spec };
}

export function intoto001(text: string, pem: string): Proposal {
  return { kind: 'intoto', apiVersion: '0.0.1', spec: { content: { envelope: text }, publicKey: base64(pem) } };
}

export function intoto002(from: TestEnvelope, pems: readonly string[]): Intoto002Proposal {
  const signatures = from.signatures.map(({ keyid, sig }, i) => ({
    ...(keyid === undefined ? {} : { keyid }),
    sig: base64(sig),
    publicKey: base64(pems[i] ?? ''),
  }));
  const content = {
    envelope: { payload: base64(from.payload), payloadType: from.payloadType, signatures },
    hash: { algorithm: 'sha256', value: sha256Hex(JSON.stringify(from)) },
  };
  return { kind: 'intoto', apiVersion: '0.0.2', spec: { content } };
}

export interface Intoto002Proposal extends Proposal {
  readonly spec: {
    readonly content: {
      readonly envelope: {
        readonly payload: string;
        readonly payloadType: string;
        readonly signatures: readonly Readonly<Record<string, string>>[];
      };
      readonly hash: { readonly algorithm: string; readonly value: string };
    };
  };
}

export function dsse(text: string, pems: readonly string[]): Proposal {
  const proposedContent = { envelope: text, verifiers: pems.map(base64) };
  return { kind: 'dsse', apiVersion: '0.0.1', spec: { proposedContent } };
}
