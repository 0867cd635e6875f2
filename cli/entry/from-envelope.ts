import { createHash } from 'node:crypto';
import { toBase64, utf8 } from '../../base/bytes.ts';
import { type Envelope, readEnvelope } from '../../entries/envelope/envelope.ts';
import { openEnvelope } from '../../entries/envelope/opened.ts';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import type { Attempts } from './prepared.ts';
import { keyDetailsOf, pemBase64, type SignerKey, verifierOf } from './signer.ts';

/** The kinds that an envelope can be logged as. */
export type EnvelopeKind = 'dsse' | 'intoto' | 'hashedrekord';

/**
 * Returns the ways to log an envelope: dsse or intoto on Rekor v1; on Rekor v2, which takes no envelopes, the signed digest of
 * its message, and dsse where that is asked for.
 *
 * @param text - JSON of the envelope
 * @throws InvalidEntry for what is no envelope
 */
export function envelopeAttempts(
  text: string,
  signers: readonly SignerKey[],
  kind: EnvelopeKind | undefined,
): Attempts {
  const envelope = readEnvelope(text);
  const v1 = kind === 'intoto' ? [intoto(envelope, signers)] : [dsse(text, signers)];
  const v2 = { dsse: dsseRequests(envelope, signers), hashedrekord: messageRequests(envelope, signers) };
  return {
    rekorV1: kind === 'hashedrekord' ? [] : v1,
    rekorV2: kind === undefined ? [...v2.hashedrekord, ...v2.dsse] : kind === 'intoto' ? [] : v2[kind],
  };
}

function dsse(text: string, signers: readonly SignerKey[]): object {
  const proposedContent = { envelope: text, verifiers: signers.map(pemBase64) };
  return { apiVersion: '0.0.1', kind: 'dsse', spec: { proposedContent } };
}

/** Payload and signatures are base64 of their base64, each signature with its key. */
function intoto(envelope: Envelope, signers: readonly SignerKey[]): object {
  const payload = Buffer.from(envelope.payload, 'base64');
  const signatures = envelope.signatures.flatMap(({ keyid, sig }, i) => {
    const signer = signers[i] ?? signers[0];
    if (signer === undefined) return [];
    return [{ ...(keyid !== '' && { keyid }), sig: toBase64(utf8(sig)), publicKey: pemBase64(signer) }];
  });
  const sha256 = (bytes: Uint8Array): object => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(bytes).digest('hex'),
  });
  const content = {
    envelope: { payloadType: envelope.payloadType, payload: toBase64(utf8(envelope.payload)), signatures },
    hash: sha256(utf8(JSON.stringify(envelope))),
    payloadHash: sha256(payload),
  };
  return { apiVersion: '0.0.2', kind: 'intoto', spec: { content } };
}

const DIGESTS: readonly DigestAlgorithm[] = ['sha256', 'sha384', 'sha512'];

/** Entries of one signature by one signer, over the digest of the signed message. */
function messageRequests(envelope: Envelope, signers: readonly SignerKey[]): readonly object[] {
  const { message, signatures } = openEnvelope(envelope);
  const [signer, ...others] = signers;
  const [signature, ...more] = signatures.values();
  if (signer === undefined || signature === undefined || others.length + more.length > 0) return [];
  return DIGESTS.flatMap((algorithm) => {
    const keyDetails = keyDetailsOf(signer.material.key, algorithm);
    if (keyDetails === undefined) return [];
    const digest = createHash(algorithm).update(message).digest('base64');
    const content = toBase64(signature);
    return [{ hashedRekordRequestV002: { digest, signature: { content, verifier: verifierOf(signer, keyDetails) } } }];
  });
}

function dsseRequests(envelope: Envelope, signers: readonly SignerKey[]): readonly object[] {
  const details = (digest: DigestAlgorithm): readonly object[] | undefined => {
    const verifiers = signers.map((signer) => {
      const keyDetails = keyDetailsOf(signer.material.key, digest, signer.material.key.type === 'ed25519');
      return keyDetails === undefined ? undefined : verifierOf(signer, keyDetails);
    });
    return verifiers.every((verifier) => verifier !== undefined) ? verifiers : undefined;
  };
  return DIGESTS.flatMap((digest) => {
    const verifiers = details(digest);
    return verifiers === undefined ? [] : [{ dsseRequestV002: { envelope, verifiers } }];
  });
}
