import { type KeyObject, generateKeyPairSync, hash, sign } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';

/** Real proposals, signed as clients sign them. No two are equal: each has a key of its own, or a random signature. */
export interface Proposal {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: object;
}

/** A submitter's key. */
export interface Submitter {
  readonly key: KeyObject;
  /** `PUBLIC KEY`, with a final newline. */
  readonly pem: string;
}

export type SubmitterKey = 'P-256' | 'rsa' | 'ed25519';

export function newSubmitter(type: SubmitterKey = 'P-256'): Submitter {
  const { privateKey, publicKey } = newKeys(type);
  return { key: privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }) };
}

function newKeys(type: SubmitterKey): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (type === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

const base64 = (data: string | Uint8Array): string => Buffer.from(data as string).toString('base64');

/** A hashedrekord 0.0.1 over `artifact`; Ed25519 signs as Ed25519ph, which has SHA-512. */
export function hashedrekord(artifact: string, submitter = newSubmitter()): Proposal {
  const algorithm = submitter.key.asymmetricKeyType === 'ed25519' ? 'sha512' : 'sha256';
  return hashedrekordOf(
    { algorithm, value: hash(algorithm, artifact) },
    signArtifact(artifact, submitter),
    submitter.pem,
  );
}

/** The same of parts: a digest in hex, its signature, and a key or certificate in PEM. */
export function hashedrekordOf(
  digest: { readonly algorithm: string; readonly value: string },
  signature: Uint8Array,
  pem: string,
): Proposal {
  const spec = {
    data: { hash: digest },
    signature: { content: base64(signature), publicKey: { content: base64(pem) } },
  };
  return { apiVersion: '0.0.1', kind: 'hashedrekord', spec };
}

function signArtifact(artifact: string, { key }: Submitter): Uint8Array {
  if (key.asymmetricKeyType !== 'ed25519') return sign('sha256', Buffer.from(artifact), key);
  const { d = '' } = key.export({ format: 'jwk' });
  return ed25519ph.sign(Buffer.from(artifact), Buffer.from(d, 'base64url'));
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** An in-toto statement whose one subject has the SHA-256 of `artifact`. */
export function statement(artifact: string): string {
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'artifact', digest: { sha256: hash('sha256', artifact) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: { buildDefinition: { buildType: 'https://example.com/build' } },
  });
}

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

function envelopeOf(payload: string, { key }: Submitter): Envelope {
  const encoded = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${Buffer.byteLength(payload)} ${payload}`;
  const digest = key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256';
  const sig = base64(sign(digest, Buffer.from(encoded), key));
  return { payload: base64(payload), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: '', sig }] };
}

/** An intoto 0.0.1: the envelope as text, one key beside it. */
export function intoto001(payload: string, submitter = newSubmitter()): Proposal {
  const content = { envelope: JSON.stringify(envelopeOf(payload, submitter)) };
  return { apiVersion: '0.0.1', kind: 'intoto', spec: { content, publicKey: base64(submitter.pem) } };
}

/** An intoto 0.0.2: payload and signature in base64 twice, the key inside the signature. */
export function intoto002(payload: string, submitter = newSubmitter()): Proposal {
  const plain = envelopeOf(payload, submitter);
  const signatures = plain.signatures.map(({ sig }) => ({ sig: base64(sig), publicKey: base64(submitter.pem) }));
  const envelope = { ...plain, payload: base64(plain.payload), signatures };
  const digest = { algorithm: 'sha256', value: hash('sha256', JSON.stringify(plain)) };
  const payloadHash = { algorithm: 'sha256', value: hash('sha256', payload) };
  return { apiVersion: '0.0.2', kind: 'intoto', spec: { content: { envelope, hash: digest, payloadHash } } };
}

/** A dsse 0.0.1: the envelope as text, its verifiers beside it. */
export function dsse(payload: string, submitter = newSubmitter()): Proposal {
  const envelope = JSON.stringify(envelopeOf(payload, submitter));
  const proposedContent = { envelope, verifiers: [base64(submitter.pem)] };
  return { apiVersion: '0.0.1', kind: 'dsse', spec: { proposedContent } };
}
