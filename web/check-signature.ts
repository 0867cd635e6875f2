import { ecdsaDigestHolds } from '../api/ecdsa.ts';
import { parseBase64, parseHex, parseUtf8 } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import { parseEcdsaSpki } from '../checkpoint/spki.ts';
import { preAuthEncoding } from '../entries/envelope/pre-auth-encoding.ts';
import { DerReader, contextTag, TAG } from '../entries/pki/der.ts';
import type { PageVerdict } from './dom.ts';

/*
 * The signature that an entry is about. A digest and a signature by ECDSA are enough to check one; other keys sign what only
 * those have who hold the artifact.
 */

type Judged = { readonly verdict: PageVerdict; readonly why: string };

const unknown = (why: string): Judged => ({ verdict: 'unknown', why });

/** @param attestation - the payload of the envelope, where the log has kept it */
export function judgeSignature(body: Uint8Array, attestation: Uint8Array | undefined): Judged {
  const signed = signedOf(JSON.parse(parseUtf8(body) ?? '') as unknown, attestation);
  if (signed === undefined)
    return unknown('What was signed is not in the log: whoever has the artifact can check it with the key above.');
  const { digest, signature, key } = signed;
  const spki = key && spkiOf(key);
  if (spki === undefined || digest === undefined || signature === undefined || parseEcdsaSpki(spki) === undefined)
    return unknown('A signature by a key of this kind needs the artifact: `stele verify` checks it.');
  return ecdsaDigestHolds(spki, digest, signature)
    ? { verdict: 'holds', why: 'The key has signed this digest.' }
    : { verdict: 'fails', why: 'The signature in the entry is not by its key over its digest.' };
}

interface Signed {
  readonly digest: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
  /** PEM, or DER. */
  readonly key: Uint8Array | undefined;
}

function signedOf(body: unknown, attestation: Uint8Array | undefined): Signed | undefined {
  const spec = at(body, 'spec');
  const newer = at(spec, 'hashedRekordV002');
  if (newer !== undefined) {
    const verifier = at(at(newer, 'signature'), 'verifier');
    return {
      digest: base64(at(newer, 'data'), 'digest'),
      signature: base64(at(newer, 'signature'), 'content'),
      key: base64(at(verifier, 'x509Certificate'), 'rawBytes') ?? base64(at(verifier, 'publicKey'), 'rawBytes'),
    };
  }
  const hash = at(at(spec, 'data'), 'hash');
  const signature = at(spec, 'signature');
  if (hash !== undefined && signature !== undefined) {
    const hex = text(hash, 'value') ?? '';
    const key = base64(at(signature, 'publicKey'), 'content');
    return { digest: parseHex(hex, hex.length / 2), signature: base64(signature, 'content'), key };
  }
  return attestation === undefined ? undefined : envelopeOf(spec, attestation);
}

/** The body of an intoto entry has the base64 of the base64 of a signature. */
function envelopeOf(spec: unknown, attestation: Uint8Array): Signed | undefined {
  const envelope = at(at(spec, 'content'), 'envelope');
  const type = text(envelope, 'payloadType');
  const first = at(at(envelope, 'signatures'), '0');
  if (type === undefined || first === undefined) return undefined;
  const inner = parseUtf8(base64(first, 'sig') ?? new Uint8Array()) ?? '';
  const digest = sha256(preAuthEncoding(type, attestation));
  return { digest, signature: parseBase64(inner), key: base64(first, 'publicKey') };
}

/** SubjectPublicKeyInfo of a key or a certificate: PEM, or DER. */
function spkiOf(key: Uint8Array): Uint8Array | undefined {
  const pem = /-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([^-]+)-----END/.exec(parseUtf8(key) ?? '');
  const der = pem === null ? key : parseBase64((pem[2] ?? '').replaceAll(/\s/g, ''));
  if (der === undefined) return undefined;
  return parseEcdsaSpki(der) === undefined ? certifiedKey(der) : der;
}

/** RFC 5280 §4.1: the key stands behind version, serial, algorithm, issuer, validity and subject. */
function certifiedKey(der: Uint8Array): Uint8Array | undefined {
  const body = new DerReader(der).enter(TAG.sequence)?.enter(TAG.sequence);
  body?.enter(contextTag(0, 'constructed'));
  body?.integer();
  for (let skipped = 0; skipped < 4; skipped += 1) body?.element(TAG.sequence);
  return body?.element(TAG.sequence)?.bytes;
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const found = at(value, name);
  return typeof found === 'string' ? found : undefined;
}

function base64(value: unknown, name: string): Uint8Array | undefined {
  return parseBase64(text(value, name) ?? '!');
}
