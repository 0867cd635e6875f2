import { toBase64, toHex, utf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { isObject } from '../../../base/json-reader.ts';
import { readMessage } from '../../../base/proto-message.ts';
import { UNJUDGED_VERDICT } from '../../../base/verdict.ts';
import { InvalidEntry } from '../../failures.ts';
import { type EntryKind, type ParsedSpec } from '../../kind.ts';
import { DIGEST_LENGTH, type DigestAlgorithm } from '../../signatures/claim.ts';
import { BYTES, VERIFIER_SCHEMA } from '../../spec/schema.ts';
import { digestKey, keyHash, searchKeys } from '../../spec/search-keys.ts';
import { HASH_NAMES } from '../../spec/signing-algorithm.ts';
import { HASHED_REKORD_REQUEST, type SignatureMessage, SPEC } from '../../spec/v2-messages.ts';
import { missing, readSigner, requireVerifier, type Signer, type Verifier, verifierJson } from '../../spec/verifier.ts';

const REQUEST = 'hashedRekordRequestV002';
const STORED_MEMBER = 'hashedRekordV002';

/**
 * The digest of an artifact nobody has to see, signed with one key, as Rekor v2 takes it. `spec` is what the request
 * has as `hashedRekordRequestV002`; as an entry holds it, it can be looked up but not inserted.
 */
export const hashedrekord002: EntryKind = {
  kind: 'hashedrekord',
  version: '0.0.2',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['digest', 'signature'],
    properties: {
      digest: BYTES,
      signature: {
        type: 'object',
        additionalProperties: false,
        required: ['content', 'verifier'],
        properties: { content: BYTES, verifier: VERIFIER_SCHEMA },
      },
    },
  },
  parse: (spec) => (isObject(spec) && Object.hasOwn(spec, STORED_MEMBER) ? parseStored(spec) : parseProposed(spec)),
};

/** Contents of an entry. */
export interface Parts {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
  readonly verifier: Verifier;
}

function parseProposed(spec: unknown): ParsedSpec {
  const { digest, signature } = readMessage(spec, HASHED_REKORD_REQUEST, REQUEST);
  return toParsedSpec(readSigned(digest, signature, REQUEST, 'digest'), undefined);
}

function parseStored(spec: unknown): ParsedSpec {
  const { data, signature } = readMessage(spec, SPEC, 'spec').hashedRekordV002 ?? {};
  const path = `spec.${STORED_MEMBER}`;
  const signed = readSigned(data?.digest ?? new Uint8Array(), signature, path, 'data.digest');
  const name = HASH_NAMES[signed.parts.algorithm];
  if (data?.algorithm !== name) throw new InvalidEntry(`${path}.data.algorithm is not ${name}`);
  return toParsedSpec(signed, 'it has the form of an entry that is in a log');
}

interface Signed {
  readonly parts: Parts;
  readonly signer: Signer;
  /** Of the signature. */
  readonly path: string;
}

/** Everything that can be wrong before the signature is checked, in Rekor's order. @throws InvalidEntry */
function readSigned(
  digest: Uint8Array,
  signature: SignatureMessage | undefined,
  path: string,
  digestName: string,
): Signed {
  if (signature === undefined) throw missing(`${path}.signature`);
  if (signature.content.length === 0) throw missing(`${path}.signature.content`);
  if (digest.length === 0) throw missing(`${path}.${digestName}`);
  const verifier = requireVerifier(signature.verifier, `${path}.signature.verifier`);
  const signer = readSigner(verifier);
  const algorithm = signer.algorithm.digest;
  if (algorithm === undefined)
    throw new InvalidEntry(`${verifier.path}.keyDetails is ${verifier.keyDetails}, which signs no digest`);
  const length = DIGEST_LENGTH[algorithm];
  if (digest.length !== length)
    throw new InvalidEntry(
      `${path}.${digestName} has ${digest.length} bytes, and ${HASH_NAMES[algorithm]} has ${length}`,
    );
  return { parts: { algorithm, digest, signature: signature.content, verifier }, signer, path: `${path}.signature` };
}

function toParsedSpec({ parts, signer, path }: Signed, notInsertable: string | undefined): ParsedSpec {
  const { algorithm, digest, signature } = parts;
  const { material, keyForCertificate } = signer;
  const { kind, version } = hashedrekord002;
  return {
    claims: [{ key: material.key, signature, signed: { over: 'digest', algorithm, digest } }],
    keysIn: `${path}.verifier`,
    ...(notInsertable === undefined ? {} : { notInsertable }),
    finish([verdict = UNJUDGED_VERDICT]) {
      if (!verdict.holds) throw new InvalidEntry(`${path}.content does not hold: ${verdict.reason}`);
      const named = { algorithm, value: toHex(digest) };
      return {
        kind,
        version,
        body: hashedrekordBody(parts),
        searchKeys: searchKeys([keyHash(material), ...material.subjects, digestKey(named)]),
        algorithmUses: [signer.use],
        signers: [material],
        ...(keyForCertificate === undefined ? {} : { keyForCertificate }),
      };
    },
  };
}

/** The leaf: what protobuf-go and then RFC 8785 make of the entry. */
export function hashedrekordBody({ algorithm, digest, signature, verifier }: Parts): Uint8Array {
  const { kind, version } = hashedrekord002;
  const data = { algorithm: HASH_NAMES[algorithm], digest: toBase64(digest) };
  const signed = { content: toBase64(signature), verifier: verifierJson(verifier) };
  return utf8(canonicalJson({ apiVersion: version, kind, spec: { [STORED_MEMBER]: { data, signature: signed } } }));
}
