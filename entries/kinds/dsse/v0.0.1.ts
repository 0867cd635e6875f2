import { toBase64, utf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { type Envelope, readEnvelope } from '../../envelope/envelope.ts';
import { IN_TOTO_TYPE, statementDigests } from '../../envelope/statement.ts';
import { EnvelopeVerification } from '../../envelope/verification.ts';
import { InvalidEntry } from '../../failures.ts';
import { type CanonicalEntry, type EntryKind, type ParsedSpec } from '../../kind.ts';
import type { SearchKey } from '../../search-key-list.ts';
import { type KeyMaterial } from '../../pki/x509.ts';
import { readKeysIfReadable } from '../../spec/key.ts';
import { PEM } from '../../spec/schema.ts';
import { digestKey, searchKeys, sha256Digest, signerKeys } from '../../spec/search-keys.ts';
import { type Proposed, readParts, type Stored } from './v0.0.1-parts.ts';

/** A DSSE envelope all signatures of which the given verifiers made. The leaf keeps the signatures and two hashes. */
export const dsse001: EntryKind = {
  kind: 'dsse',
  version: '0.0.1',
  schema: {
    type: 'object',
    required: ['proposedContent'],
    properties: {
      proposedContent: {
        type: 'object',
        required: ['envelope', 'verifiers'],
        properties: {
          envelope: { type: 'string', description: 'A DSSE envelope in JSON; its hash is of this text' },
          verifiers: { type: 'array', minItems: 1, items: PEM },
        },
      },
    },
  },
  parse(value) {
    const parts = readParts(value);
    return 'verifiers' in parts ? parseProposed(parts) : parseStored(parts);
  },
};

/** A stored entry whose keys cannot be read is an entry all the same; only nothing finds it. */
function parseStored(parts: Stored): ParsedSpec {
  const signatures = parts.signatures.toSorted((a, b) => bytewise(a.signature, b.signature));
  const stored = { ...parts, signatures };
  const keys = readKeysIfReadable(signatures.map(({ verifier }) => verifier));
  const found = keys === undefined ? [] : searchKeys(leafKeys(stored, keys));
  return {
    claims: [],
    keysIn: 'spec.signatures',
    notInsertable: 'missing proposed content',
    finish: () => entry(stored, found),
  };
}

function parseProposed(proposed: Proposed): ParsedSpec {
  const envelope = readEnvelope(proposed.envelope);
  if (envelope.signatures.length === 0) throw new InvalidEntry('DSSE envelope must contain 1 or more signatures');
  const trial = new EnvelopeVerification(envelope, proposed.verifiers);
  return {
    claims: trial.claims,
    keysIn: 'spec.proposedContent.verifiers',
    finish(verdicts) {
      const { payload, keys } = trial.cover(verdicts, 'ignore');
      return finishProposed(proposed.envelope, envelope, payload, keys);
    },
  };
}

function finishProposed(
  text: string,
  envelope: Envelope,
  payload: Uint8Array,
  keys: ReadonlyMap<string, KeyMaterial>,
): CanonicalEntry {
  const sorted = [...keys].sort(([a], [b]) => bytewise(a, b));
  const signatures = sorted.map(([signature, key]) => ({ signature, verifier: key.canonicalPem }));
  const stored = { envelopeHash: sha256Digest(utf8(text)), payloadHash: sha256Digest(payload), signatures };
  const digests = envelope.payloadType === IN_TOTO_TYPE ? statementDigests(payload, 'any') : undefined;
  const signers = sorted.map(([, key]) => key);
  const signed = { type: envelope.payloadType, payload };
  return { ...entry(stored, searchKeys(leafKeys(stored, signers), digests)), signers, signed };
}

function leafKeys({ payloadHash, envelopeHash }: Stored, keys: readonly KeyMaterial[]): readonly string[] {
  return [...keys.flatMap(signerKeys), digestKey(payloadHash), digestKey(envelopeHash)];
}

function entry(stored: Stored, found: readonly SearchKey[]): CanonicalEntry {
  const { kind, version } = dsse001;
  const { envelopeHash, payloadHash } = stored;
  const signatures = stored.signatures.map(({ signature, verifier }) => ({ signature, verifier: toBase64(verifier) }));
  const spec = { envelopeHash: { ...envelopeHash }, payloadHash: { ...payloadHash }, signatures };
  return { kind, version, body: utf8(canonicalJson({ apiVersion: version, kind, spec })), searchKeys: found };
}

/** Order of signatures. Base64 is ASCII: code units are bytes. */
const bytewise = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
