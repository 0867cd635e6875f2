import { parseHex, toBase64, utf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/canonical-json.ts';
import { fails, UNJUDGED_VERDICT, type Verdict } from '../../../base/verdict.ts';
import { algorithmUse } from '../../algorithm-policy.ts';
import { readBase64 } from '../../base64.ts';
import { InvalidEntry } from '../../failures.ts';
import { type CanonicalEntry, type EntryKind, type ParsedSpec } from '../../kind.ts';
import { type KeyMaterial } from '../../pki/x509.ts';
import { DIGEST_LENGTH, type DigestAlgorithm } from '../../signatures/claim.ts';
import { type CheckBudget } from '../../signatures/cost.ts';
import { readKey } from '../../spec/key.ts';
import { objectIn, readSpec, textIn } from '../../spec/members.ts';
import { BASE64, digestSchema, PEM } from '../../spec/schema.ts';
import { digestKey, keyHash, searchKeys } from '../../spec/search-keys.ts';
import { type NamedDigest, readDigest, refuseInvalid, required } from '../../spec/validation.ts';

/** The signed digest of an artifact, which itself is not sent. Ed25519 keys sign as Ed25519ph. */
export const hashedrekord001: EntryKind = {
  kind: 'hashedrekord',
  version: '0.0.1',
  schema: {
    type: 'object',
    required: ['data', 'signature'],
    properties: {
      data: { type: 'object', required: ['hash'], properties: { hash: digestSchema(Object.keys(DIGEST_LENGTH)) } },
      signature: {
        type: 'object',
        required: ['content', 'publicKey'],
        properties: {
          content: BASE64,
          publicKey: { type: 'object', required: ['content'], properties: { content: PEM } },
        },
      },
    },
  },
  parse: (spec) => toParsedSpec(readParts(spec)),
};

interface Parts {
  /** The digest as it was sent, and the bytes it names. */
  readonly hash: NamedDigest;
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: KeyMaterial;
}

function toParsedSpec(parts: Parts): ParsedSpec {
  const { algorithm, digest, signature, key } = parts;
  const claim = { key: key.key, signature, signed: { over: 'digest', algorithm, digest } } as const;
  return {
    claims: signature.length > 0 ? [claim] : [],
    keysIn: KEY_MEMBER,
    finish: ([made = UNJUDGED_VERDICT], budget) => finishProposed(parts, made, budget),
  };
}

const KEY_MEMBER = 'spec.signature.publicKey.content';

const NO_SIGNATURE = fails('X509 signature has not been initialized');

/** @param made - verdict on the signature */
function finishProposed(parts: Parts, made: Verdict, budget: CheckBudget): CanonicalEntry {
  const { hash, signature, key } = parts;
  const chain = signature.length === 0 ? NO_SIGNATURE : key.judgeChain((cost) => budget.spend(KEY_MEMBER, cost));
  const verdict = chain.holds ? made : chain;
  if (!verdict.holds) throw new InvalidEntry(`verifying signature: ${verdict.reason}`);
  const { kind, version } = hashedrekord001;
  const spec = {
    data: { hash: { algorithm: hash.algorithm, value: hash.value } },
    signature: { content: toBase64(signature), publicKey: { content: toBase64(key.canonicalPem) } },
  };
  return {
    kind,
    version,
    body: utf8(canonicalJson({ apiVersion: version, kind, spec })),
    searchKeys: searchKeys([keyHash(key), ...key.subjects, digestKey(hash)]),
    algorithmUses: [algorithmUse(key.key, parts.algorithm)],
    signers: [key],
  };
}

/** Everything that can be wrong before the signature is checked, in Rekor's order. @throws InvalidEntry */
function readParts(value: unknown): Parts {
  const spec = readSpec(value);
  const signed = objectIn(spec, 'signature');
  const publicKey = objectIn(signed, 'publicKey');
  const signature = readBase64(textIn(signed, 'content') ?? '', 'failed parsing base64 data for signature content: ');
  const pem = readBase64(textIn(publicKey, 'content') ?? '', 'failed parsing base64 data for public key content: ');
  const data = objectIn(spec, 'data');
  const { digest, complaints } = readDigest(data, 'hash', 'data.hash', Object.keys(DIGEST_LENGTH));
  refuseInvalid([...required('data', objectIn(data, 'hash')), ...complaints, ...required('signature', signed)]);
  if (publicKey === undefined) throw new InvalidEntry('missing public key');
  const key = readKey(pem);
  if (digest === undefined) throw new Error('a digest without complaints is there');
  const algorithm = digest.algorithm as DigestAlgorithm;
  return { hash: digest, algorithm, digest: readHex(digest.value, DIGEST_LENGTH[algorithm]), signature, key };
}

function readHex(text: string, length: number): Uint8Array {
  const bytes = parseHex(text, length);
  if (bytes !== undefined) return bytes;
  if (utf8(text).length !== 2 * length) throw new InvalidEntry('invalid value for hash');
  throw new InvalidEntry(`encoding/hex: invalid byte: ${firstForeignByte(text)}`);
}

/** The first byte that is no hex digit, as Go prints it: `U+007A 'z'`. */
function firstForeignByte(text: string): string {
  const byte = utf8(text).find((candidate) => !/[0-9a-fA-F]/.test(String.fromCharCode(candidate))) ?? 0;
  const char = String.fromCharCode(byte);
  const code = `U+${byte.toString(16).toUpperCase().padStart(4, '0')}`;
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char) ? `${code} '${char}'` : code;
}
