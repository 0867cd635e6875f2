import { equalBytes, parseUtf8, toHex } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { AnswerReader, base64 } from '../client/answer-reader.ts';
import { parseLogKeys } from '../client/key-text.ts';
import { MalformedInput } from './bytes.ts';
import { DIGESTS, type DigestName } from './signer.ts';

/** A signature that a log is to hold: what it is over, and whose it is. */
export interface LoggedSignature {
  readonly signature: Uint8Array;
  readonly spki: Uint8Array;
  /** Bytes that were signed: the artifact, or the PAE of an envelope. */
  readonly message: Uint8Array;
  /** Of an envelope; undefined for a message signature. */
  readonly payload: Uint8Array | undefined;
}

/** Signatures of one envelope at most. */
const MOST_SIGNATURES = 64;

/** Names of digests: of Rekor v1, and of dev.sigstore.common.v1.HashAlgorithm. */
const DIGEST_NAMES: Readonly<Record<string, DigestName>> = {
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  SHA2_256: 'sha256',
  SHA2_384: 'sha384',
  SHA2_512: 'sha512',
};

/**
 * Whether an entry of a log is one of this signature: of the same bytes, the same key and the same artifact. Of kinds, hashedrekord and
 * dsse in their versions 0.0.1 and 0.0.2 are known.
 *
 * @param body - canonical
 * @throws MalformedAnswer, MalformedInput, MalformedKey
 */
export function judgeLogged(body: Uint8Array, logged: LoggedSignature): Verdict {
  const entry = new AnswerReader(parse(body));
  const spec = entry.object('spec');
  switch (`${entry.text('kind')} ${entry.text('apiVersion')}`) {
    case 'hashedrekord 0.0.1':
      return judgeRekord(spec, logged);
    case 'hashedrekord 0.0.2':
      return judgeRekordV2(spec.object('hashedRekordV002'), logged);
    case 'dsse 0.0.1':
      return judgeEnvelope(spec, logged);
    case 'dsse 0.0.2':
      return judgeEnvelopeV2(spec.object('dsseV002'), logged);
    default:
      return fails(
        `the entry is of the kind ${entry.text('kind')} ${entry.text('apiVersion')}, which is not known here`,
      );
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(parseUtf8(body) ?? '') as unknown;
  } catch {
    throw new MalformedInput('the body of the entry is no JSON');
  }
}

function judgeRekord(spec: AnswerReader, logged: LoggedSignature): Verdict {
  const hash = spec.object('data').object('hash');
  const signature = spec.object('signature');
  const digest = hash.text('value');
  return all([
    isOver(hash.text('algorithm'), digest, logged.message),
    isSignature(signature.bytes('content', base64), logged),
    isKey(pemKey(signature.object('publicKey').bytes('content', base64)), logged),
  ]);
}

function judgeRekordV2(spec: AnswerReader, logged: LoggedSignature): Verdict {
  const data = spec.object('data');
  const signature = spec.object('signature');
  return all([
    isOver(data.text('algorithm'), toHex(data.bytes('digest', base64)), logged.message),
    isSignature(signature.bytes('content', base64), logged),
    isKey(verifierKey(signature.object('verifier')), logged),
  ]);
}

function judgeEnvelope(spec: AnswerReader, logged: LoggedSignature): Verdict {
  const hash = spec.object('payloadHash');
  const made = spec
    .objects('signatures', MOST_SIGNATURES)
    .map((one) =>
      all([isSignature(one.bytes('signature', base64), logged), isKey(pemKey(one.bytes('verifier', base64)), logged)]),
    );
  return all([isOver(hash.text('algorithm'), hash.text('value'), payloadOf(logged)), any(made)]);
}

function judgeEnvelopeV2(spec: AnswerReader, logged: LoggedSignature): Verdict {
  const hash = spec.object('payloadHash');
  const made = spec
    .objects('signatures', MOST_SIGNATURES)
    .map((one) =>
      all([isSignature(one.bytes('content', base64), logged), isKey(verifierKey(one.object('verifier')), logged)]),
    );
  return all([isOver(hash.text('algorithm'), toHex(hash.bytes('digest', base64)), payloadOf(logged)), any(made)]);
}

function payloadOf({ payload }: LoggedSignature): Uint8Array {
  if (payload !== undefined) return payload;
  throw new MalformedInput('the entry is of an envelope, and the bundle has a message signature');
}

/** @param digest - hex */
function isOver(algorithm: string, digest: string, bytes: Uint8Array): Verdict {
  const name = DIGEST_NAMES[algorithm];
  if (name === undefined) return fails(`the entry names the digest ${algorithm}, which is not known here`);
  return toHex(DIGESTS[name](bytes)) === digest ? HOLDS : fails('the entry is of another artifact');
}

function isSignature(signature: Uint8Array, logged: LoggedSignature): Verdict {
  return equalBytes(signature, logged.signature) ? HOLDS : fails('the entry is of another signature');
}

function isKey(spki: Uint8Array | undefined, logged: LoggedSignature): Verdict {
  const isSame = spki !== undefined && equalBytes(spki, logged.spki);
  return isSame ? HOLDS : fails('the entry names another key, or a certificate');
}

/** Undefined for a certificate. @throws MalformedKey */
function pemKey(pem: Uint8Array): Uint8Array | undefined {
  const text = parseUtf8(pem) ?? '';
  return text.includes('-----BEGIN PUBLIC KEY-----') ? parseLogKeys(text)[0]?.spki : undefined;
}

/** sigstore-js puts bare keys where certificates belong: clients §3.3. */
function verifierKey(verifier: AnswerReader): Uint8Array {
  const member = verifier.has('publicKey') ? 'publicKey' : 'x509Certificate';
  return verifier.object(member).bytes('rawBytes', base64);
}

function all(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ holds }) => !holds) ?? HOLDS;
}

function any(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ holds }) => holds) ?? verdicts[0] ?? fails('the entry has no signature');
}
