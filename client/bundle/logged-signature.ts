import { brief } from '../../base/brief.ts';
import { equalBytes, parseBase64, parseUtf8, toBase64, toHex, utf8 } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { findPemBlock } from '../../entries/pki/pem.ts';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import type { SignatureCrypto } from '../../entries/signatures/signature-crypto.ts';
import { AnswerReader, base64 } from '../answer-reader.ts';
import { MalformedAnswer } from '../failures.ts';

/** A signature that a log is to hold: what it is over, and whose it is. */
export interface LoggedSignature {
  readonly signature: Uint8Array;
  /** The signer's certificate, or SubjectPublicKeyInfo, in DER: the entry has to name the very same. */
  readonly verifier: Uint8Array;
  /** The artifact; undefined for an envelope. */
  readonly artifact: Uint8Array | undefined;
  /** Undefined for a message signature. */
  readonly envelope: SignedEnvelope | undefined;
}

export interface SignedEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** Of its one signature; empty where it has none. */
  readonly keyid: string;
}

/** Signatures of one envelope at most. */
const MOST_SIGNATURES = 64;

/** Names of digests: of Rekor v1, and of dev.sigstore.common.v1.HashAlgorithm. */
const DIGEST_NAMES: Readonly<Record<string, DigestAlgorithm>> = {
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  SHA2_256: 'sha256',
  SHA2_384: 'sha384',
  SHA2_512: 'sha512',
};

/**
 * Whether an entry of a log is one of this signature: of the same bytes, the same key or certificate, and the same artifact. Of kinds,
 * hashedrekord, dsse and intoto in their versions 0.0.1 and 0.0.2 are known.
 *
 * @param body - canonical
 * @throws MalformedAnswer, InvalidKey
 */
export function judgeLogged(body: Uint8Array, signature: LoggedSignature, crypto: SignatureCrypto): Verdict {
  const entry = readBody(body);
  const spec = entry.object('spec');
  const logged = { ...signature, crypto };
  switch (`${entry.text('kind')} ${entry.text('apiVersion')}`) {
    case 'hashedrekord 0.0.1':
      return judgeRekord(spec, logged);
    case 'hashedrekord 0.0.2':
      return judgeRekordV2(spec.object('hashedRekordV002'), logged);
    case 'dsse 0.0.1':
      return judgeEnvelope(spec, logged);
    case 'dsse 0.0.2':
      return judgeEnvelopeV2(spec.object('dsseV002'), logged);
    case 'intoto 0.0.1':
      return judgeStatement(spec, logged);
    case 'intoto 0.0.2':
      return judgeStatementV2(spec.object('content'), logged);
    default:
      return fails(
        `the entry is of the kind ${brief(`${entry.text('kind')} ${entry.text('apiVersion')}`)}, which is not known here`,
      );
  }
}

/** A signature, and the digests by which it is compared. */
interface Compared extends LoggedSignature {
  readonly crypto: SignatureCrypto;
}

/** @throws MalformedAnswer unless it is JSON of an object */
export function readBody(body: Uint8Array): AnswerReader {
  return new AnswerReader(parse(body), 'the body of the entry');
}

/** @throws MalformedAnswer */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(parseUtf8(body) ?? '') as unknown;
  } catch {
    throw new MalformedAnswer('the body of the entry is no JSON');
  }
}

function judgeRekord(spec: AnswerReader, logged: Compared): Verdict {
  const hash = spec.object('data').object('hash');
  const signature = spec.object('signature');
  const digest = hash.text('value');
  return all([
    isOver(hash.text('algorithm'), digest, artifactOf(logged), logged),
    isSignature(signature.bytes('content', base64), logged),
    isVerifier(pemBytes(signature.object('publicKey').bytes('content', base64)), logged),
  ]);
}

function judgeRekordV2(spec: AnswerReader, logged: Compared): Verdict {
  const data = spec.object('data');
  const signature = spec.object('signature');
  return all([
    isOver(data.text('algorithm'), toHex(data.bytes('digest', base64)), artifactOf(logged), logged),
    isSignature(signature.bytes('content', base64), logged),
    isVerifier(verifierBytes(signature.object('verifier')), logged),
  ]);
}

function judgeEnvelope(spec: AnswerReader, logged: Compared): Verdict {
  const hash = spec.object('payloadHash');
  const made = spec
    .objects('signatures', MOST_SIGNATURES)
    .map((one) =>
      all([
        isSignature(one.bytes('signature', base64), logged),
        isVerifier(pemBytes(one.bytes('verifier', base64)), logged),
      ]),
    );
  return all([isOver(hash.text('algorithm'), hash.text('value'), envelopeOf(logged).payload, logged), any(made)]);
}

function judgeEnvelopeV2(spec: AnswerReader, logged: Compared): Verdict {
  const hash = spec.object('payloadHash');
  const made = spec
    .objects('signatures', MOST_SIGNATURES)
    .map((one) =>
      all([
        isSignature(one.bytes('content', base64), logged),
        isVerifier(verifierBytes(one.object('verifier')), logged),
      ]),
    );
  return all([
    isOver(hash.text('algorithm'), toHex(hash.bytes('digest', base64)), envelopeOf(logged).payload, logged),
    any(made),
  ]);
}

/** Holds no signature, so that it has to be of this very envelope, in one of the spellings in which clients have made it. */
function judgeStatement(spec: AnswerReader, logged: Compared): Verdict {
  const content = spec.object('content');
  const [hash, payloadHash] = [content.object('hash'), content.object('payloadHash')];
  const { payloadType, payload, keyid } = envelopeOf(logged);
  const [sig, encoded] = [toBase64(logged.signature), toBase64(payload)];
  const spelled = [[{ keyid, sig }], [{ sig }]].flatMap((signatures) =>
    [
      { payloadType, payload: encoded, signatures },
      { payload: encoded, payloadType, signatures },
    ].map((envelope) => utf8(JSON.stringify(envelope))),
  );
  return all([
    isOver(payloadHash.text('algorithm'), payloadHash.text('value'), payload, logged),
    any(spelled.map((text) => isOver(hash.text('algorithm'), hash.text('value'), text, logged))),
    isVerifier(pemBytes(spec.bytes('publicKey', base64)), logged),
  ]);
}

/** Signatures stand there as the base64 of their base64: rekor-v1 §3.3. */
function judgeStatementV2(content: AnswerReader, logged: Compared): Verdict {
  const hash = content.object('payloadHash');
  const made = content
    .object('envelope')
    .objects('signatures', MOST_SIGNATURES)
    .map((one) =>
      all([
        isSignature(parseBase64(parseUtf8(one.bytes('sig', base64)) ?? '') ?? new Uint8Array(), logged),
        isVerifier(pemBytes(one.bytes('publicKey', base64)), logged),
      ]),
    );
  return all([isOver(hash.text('algorithm'), hash.text('value'), envelopeOf(logged).payload, logged), any(made)]);
}

function artifactOf({ artifact }: Compared): Uint8Array {
  if (artifact !== undefined) return artifact;
  throw new MalformedAnswer('the entry is of an artifact, and the bundle has an envelope');
}

function envelopeOf({ envelope }: Compared): SignedEnvelope {
  if (envelope !== undefined) return envelope;
  throw new MalformedAnswer('the entry is of an envelope, and the bundle has a message signature');
}

/** @param digest - hex */
function isOver(algorithm: string, digest: string, bytes: Uint8Array, { crypto }: Compared): Verdict {
  const name = DIGEST_NAMES[algorithm];
  if (name === undefined) return fails(`the entry names the digest ${brief(algorithm)}, which is not known here`);
  return toHex(crypto.digestOf(name, bytes)) === digest ? HOLDS : fails('the entry is of another artifact');
}

function isSignature(signature: Uint8Array, logged: Compared): Verdict {
  return equalBytes(signature, logged.signature) ? HOLDS : fails('the entry is of another signature');
}

function isVerifier(der: Uint8Array | undefined, { verifier }: Compared): Verdict {
  const isSame = der !== undefined && equalBytes(der, verifier);
  return isSame ? HOLDS : fails('the entry names another key or certificate');
}

/** Of a chain the first certificate. */
function pemBytes(pem: Uint8Array): Uint8Array | undefined {
  return findPemBlock(parseUtf8(pem) ?? '')?.block.bytes;
}

/** sigstore-js puts bare keys where certificates belong: clients §3.3. */
function verifierBytes(verifier: AnswerReader): Uint8Array {
  const member = verifier.has('publicKey') ? 'publicKey' : 'x509Certificate';
  return verifier.object(member).bytes('rawBytes', base64);
}

function all(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ holds }) => !holds) ?? HOLDS;
}

function any(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ holds }) => holds) ?? verdicts[0] ?? fails('the entry has no signature');
}
