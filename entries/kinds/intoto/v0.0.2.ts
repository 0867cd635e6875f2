import { utf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { readBase64 } from '../../base64.ts';
import { EnvelopeVerification } from '../../envelope/verification.ts';
import { IN_TOTO_TYPE, statementDigests } from '../../envelope/statement.ts';
import { InvalidEntry } from '../../failures.ts';
import { type CanonicalEntry, type EntryKind, type ParsedSpec } from '../../kind.ts';
import type { SearchKey } from '../../search-key-list.ts';
import { readKeysIfReadable } from '../../spec/key.ts';
import { digestKey, searchKeys, sha256Digest, signerKeys } from '../../spec/search-keys.ts';
import { type NamedDigest } from '../../spec/validation.ts';
import { envelopeOf, type Parts, readParts, storedSignature } from './v0.0.2-parts.ts';
import { schema } from './v0.0.2-schema.ts';

/**
 * A DSSE envelope taken apart, with the key beside each signature. Base64 stands twice around `payload` and each
 * `sig`. The leaf keeps the signatures and the keys as they were sent, and a hash that only the client can explain.
 */
export const intoto002: EntryKind = {
  kind: 'intoto',
  version: '0.0.2',
  schema,
  parse(value) {
    const parts = readParts(value);
    return parts.payload.length === 0 ? parseStored(parts) : parseProposed(parts);
  },
};

const SIGNATURES = 'spec.content.envelope.signatures';

function parseStored(parts: Parts): ParsedSpec {
  return {
    claims: [],
    keysIn: SIGNATURES,
    notInsertable: 'missing envelope content',
    finish: () => entry(parts, parts.payloadHash, searchKeys(leafKeys(parts, parts.payloadHash))),
  };
}

function parseProposed(parts: Parts): ParsedSpec {
  const envelope = envelopeOf(parts);
  const verifiers = parts.signatures.map(({ publicKey }) => publicKey);
  const trial = new EnvelopeVerification(envelope, verifiers);
  return {
    claims: trial.claims,
    keysIn: SIGNATURES,
    ...(parts.payloadType === '' ? { notInsertable: 'missing payloadType content' } : {}),
    finish(verdicts) {
      const { keys } = trial.cover(verdicts, 'judge');
      const payload = readBase64(envelope.payload, 'could not decode envelope payload: ');
      const signed = { type: parts.payloadType, payload };
      return { ...finishProposed(parts, payload), signers: [...keys.values()], signed };
    },
  };
}

function finishProposed(parts: Parts, payload: Uint8Array): CanonicalEntry {
  const payloadHash = sha256Digest(payload);
  return { ...entry(parts, payloadHash, proposedKeys(parts, payloadHash, payload)), attestation: payload };
}

/** A payload that is said to be a statement and is none costs the entry all its keys, as with Rekor. */
function proposedKeys(parts: Parts, payloadHash: NamedDigest, payload: Uint8Array): readonly SearchKey[] {
  if (parts.payloadType !== IN_TOTO_TYPE) return searchKeys(leafKeys(parts, payloadHash));
  const digests = statementDigests(payload, 'provenance');
  return digests === undefined ? [] : searchKeys(leafKeys(parts, payloadHash), digests);
}

/** The envelope's hash is not among them: it is the client's word. */
function leafKeys({ signatures }: Parts, payloadHash: NamedDigest | undefined): readonly string[] {
  const keys = readKeysIfReadable(signatures.map(({ publicKey }) => publicKey));
  if (keys === undefined || payloadHash === undefined) return [];
  return [...keys.flatMap(signerKeys), digestKey(payloadHash)];
}

function entry(
  { hash, payloadType, signatures }: Parts,
  payloadHash: NamedDigest | undefined,
  keys: readonly SearchKey[],
): CanonicalEntry {
  if (hash === undefined) throw new InvalidEntry('missing envelope digest');
  if (payloadHash === undefined) throw new InvalidEntry('missing payload digest');
  const { kind, version } = intoto002;
  const envelope = { payloadType, signatures: signatures.map(storedSignature) };
  const content = { envelope, hash: { ...hash }, payloadHash: { ...payloadHash } };
  const body = utf8(canonicalJson({ apiVersion: version, kind, spec: { content } }));
  return { kind, version, body, searchKeys: keys };
}
