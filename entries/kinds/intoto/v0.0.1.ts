import { toBase64, utf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { readBase64 } from '../../base64.ts';
import { type Envelope, readEnvelope } from '../../envelope/envelope.ts';
import { claimSignatures, limitClaims, NONE_ACCEPTED, openEnvelope } from '../../envelope/opened.ts';
import { IN_TOTO_TYPE, statementDigests } from '../../envelope/statement.ts';
import { InvalidEntry } from '../../failures.ts';
import { type CanonicalEntry, type EntryKind, type ParsedSpec } from '../../kind.ts';
import { sshFingerprint } from '../../pki/ssh-fingerprint.ts';
import { type KeyMaterial } from '../../pki/x509.ts';
import { readKey } from '../../spec/key.ts';
import { objectIn, readSpec, textIn } from '../../spec/members.ts';
import { PEM } from '../../spec/schema.ts';
import { digestKey, searchKeys, sha256Digest, signerKeys } from '../../spec/search-keys.ts';
import { type NamedDigest, readDigest, refuseInvalid, required } from '../../spec/validation.ts';

/** A DSSE envelope in the text of which at least one signature was made with the one key. The leaf keeps its hashes. */
export const intoto001: EntryKind = {
  kind: 'intoto',
  version: '0.0.1',
  schema: {
    type: 'object',
    required: ['content', 'publicKey'],
    properties: {
      content: {
        type: 'object',
        required: ['envelope'],
        properties: { envelope: { type: 'string', description: 'A DSSE envelope in JSON; its hash is of this text' } },
      },
      publicKey: PEM,
    },
  },
  parse(value) {
    const parts = readParts(value);
    return parts.envelope === '' ? parseStored(parts) : parseProposed(parts.envelope, parts.key);
  },
};

interface Parts {
  readonly envelope: string;
  readonly hash: NamedDigest | undefined;
  readonly payloadHash: NamedDigest | undefined;
  readonly key: KeyMaterial;
}

/** @throws InvalidEntry */
function readParts(value: unknown): Parts {
  const spec = readSpec(value);
  const content = objectIn(spec, 'content');
  const keyText = textIn(spec, 'publicKey');
  const publicKey = keyText === '' ? undefined : keyText;
  const pem = readBase64(publicKey ?? '', 'failed parsing base64 data for public key: ');
  const hash = readDigest(content, 'hash', 'content.hash', ['sha256']);
  const payloadHash = readDigest(content, 'payloadHash', 'content.payloadHash', ['sha256']);
  const complaints = [...hash.complaints, ...payloadHash.complaints];
  refuseInvalid([...required('content', content), ...complaints, ...required('publicKey', publicKey)]);
  return {
    envelope: textIn(content, 'envelope') ?? '',
    hash: hash.digest,
    payloadHash: payloadHash.digest,
    key: readKey(pem),
  };
}

/** As old logs hold them the payload's hash may be absent. */
function parseStored({ hash, payloadHash, key }: Parts): ParsedSpec {
  if (hash === undefined) throw new InvalidEntry('missing hash value for envelope');
  const stored = entry(key, hash, payloadHash, []);
  return {
    claims: [],
    keysIn: 'spec.publicKey',
    notInsertable: 'missing envelope content',
    finish: () => stored,
  };
}

function parseProposed(text: string, key: KeyMaterial): ParsedSpec {
  const envelope = readEnvelope(text);
  const opened = openEnvelope(envelope);
  const sigs = new Set(signaturesFor(key, envelope));
  limitClaims(sigs.size);
  return {
    claims: claimSignatures(opened, key.key, sigs),
    keysIn: 'spec.publicKey',
    ...(envelope.payload === '' || envelope.payloadType === '' ? { notInsertable: 'invalid DSSE envelope' } : {}),
    finish(verdicts) {
      if (!verdicts.some(({ holds }) => holds)) throw new InvalidEntry(NONE_ACCEPTED);
      return finishProposed(text, envelope, key);
    },
  };
}

/** Rekor skips a signature that names another key than this one, by its OpenSSH fingerprint. */
function signaturesFor(key: KeyMaterial, envelope: Envelope): readonly string[] {
  const fingerprint = sshFingerprint(key.key);
  return envelope.signatures
    .filter(({ keyid }) => keyid === '' || fingerprint === undefined || keyid === fingerprint)
    .map(({ sig }) => sig);
}

function finishProposed(text: string, envelope: Envelope, key: KeyMaterial): CanonicalEntry {
  const payload = readBase64(envelope.payload);
  const digests = envelope.payloadType === IN_TOTO_TYPE ? statementDigests(payload, 'provenance') : [];
  return {
    ...entry(key, sha256Digest(utf8(text)), sha256Digest(payload), digests ?? []),
    attestation: payload,
    signers: [key],
    signed: { type: envelope.payloadType, payload },
  };
}

function entry(
  key: KeyMaterial,
  hash: NamedDigest,
  payloadHash: NamedDigest | undefined,
  digests: readonly string[],
): CanonicalEntry {
  const { kind, version } = intoto001;
  const content = {
    hash: { ...hash },
    ...(payloadHash === undefined ? {} : { payloadHash: { ...payloadHash } }),
  };
  const spec = { content, publicKey: toBase64(key.canonicalPem) };
  const payloadKey = payloadHash === undefined ? [] : [digestKey(payloadHash)];
  return {
    kind,
    version,
    body: utf8(canonicalJson({ apiVersion: version, kind, spec })),
    searchKeys: searchKeys([digestKey(hash), ...signerKeys(key), ...payloadKey], digests),
  };
}
