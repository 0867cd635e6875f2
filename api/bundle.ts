import { brief } from '../base/brief.ts';
import { equalBytes } from '../base/bytes.ts';
import { fails, type Refusal, type Verdict } from '../base/verdict.ts';
import { AnswerReader, base64 } from '../client/answer-reader.ts';
import { trustedAuthorities } from '../client/bundle/authorities.ts';
import { type BundleEntry, openBundleEntry } from '../client/bundle/bundle-entry.ts';
import { judgeForm, MOST_MEMBERS } from '../client/bundle/bundle-form.ts';
import { bundleCertificate, bundleTimes, promisedTimes } from '../client/bundle/bundle-material.ts';
import type { CertificateIdentity, ExpectedIdentity } from '../client/bundle/identity.ts';
import { judgeLogged, type LoggedSignature } from '../client/bundle/logged-signature.ts';
import { verifyCertificate } from '../client/bundle/verify-certificate.ts';
import { judge, type Opened } from '../client/judge.ts';
import type { TrustedKey } from '../client/trusted-keys.ts';
import { preAuthEncoding } from '../entries/envelope/pre-auth-encoding.ts';
import type { Certificate } from '../entries/pki/certificate.ts';
import type { DigestAlgorithm, PublicKey } from '../entries/signatures/claim.ts';
import { type Bytes, countOf, MalformedInput } from './bytes.ts';
import { ecdsa } from './ecdsa.ts';
import { headIn, type OpenedHead } from './notes.ts';
import { portableCrypto } from './portable-crypto.ts';
import { signerKey, verifySignature } from './signer.ts';
import { type Trust, trustedKeys } from './trust.ts';

/** The signer and the logs that are trusted, and the artifact. One of `key` and `identity` has to be there. */
export interface BundleOptions extends Trust {
  /** Public key of the signer, Ed25519, ECDSA or RSA: PEM, DER, or DER in base64. For a bundle without a certificate. */
  readonly key?: Bytes;
  /** The holder that the certificate of a bundle has to be of. `trustedRoot` has to name its authorities. */
  readonly identity?: ExpectedIdentity;
  /** Certificate transparency logs that have to have promised to hold the certificate: 1 if it is left out. */
  readonly ctLogThreshold?: number;
  /** The artifact; an envelope has its own in it. */
  readonly artifact?: Uint8Array;
}

/** A bundle that holds. */
export interface VerifiedBundle {
  /** Content of the envelope, and its type; undefined for a bundle of an artifact. */
  readonly payload: Uint8Array | undefined;
  readonly payloadType: string | undefined;
  /** Every entry of the bundle, at least one. */
  readonly entries: readonly VerifiedEntry[];
  /** The holder of the certificate; undefined for a bundle that a bare key has signed. */
  readonly signer: CertificateIdentity | undefined;
  /** Times at which the signature was there, in milliseconds since 1970: at least one where there is a certificate. */
  readonly times: readonly number[];
}

/** An entry of a bundle that is in a log. */
export interface VerifiedEntry {
  /** In the whole log, as its signed entry timestamp has it; without one that of its proof. */
  readonly logIndex: number;
  /** The head that its proof leads to; undefined where the log has only promised, by a signed entry timestamp, to hold it. */
  readonly head: OpenedHead | undefined;
}

/**
 * Whether a Sigstore bundle shows that a key, or the holder of a certificate, has signed an artifact, or an envelope, and that a trusted
 * log holds that very signature: every log entry in it has to hold, by its proof, its signed entry timestamp, or both, and there
 * has to be one. A certificate has to be by an authority of the trusted root, good when it was used, in certificate
 * transparency logs, and of the identity that is expected.
 *
 * @param bundle - parsed JSON
 */
export function verifyBundle(bundle: unknown, options: BundleOptions): Opened<VerifiedBundle> {
  return judge(() => {
    const keys = trustedKeys(options);
    const reader = new AnswerReader(bundle, 'bundle');
    const form = judgeForm(reader);
    if (!form.holds) return form;
    const material = reader.object('verificationMaterial');
    const signer = readSigner(material, options);
    const content = reader.has('dsseEnvelope')
      ? readEnvelope(reader, signer, options)
      : readMessage(reader, signer, options);
    const signed = verifySignature(signer.key, content.message, content.logged.signature);
    if (!signed.holds) return signed;
    const entries = verifyEntries(material.objects('tlogEntries', MOST_MEMBERS), content.logged, keys);
    if (!entries.holds) return entries;
    const held = judgeSigner(material, signer, content.logged.signature, entries.verified, options);
    if (!held.holds) return held;
    const { payload, payloadType } = content.logged.envelope ?? { payload: undefined, payloadType: undefined };
    const verified = entries.verified.map(({ logIndex, head }) => ({ logIndex, head: head && headIn(head) }));
    return { holds: true, payload, payloadType, entries: verified, signer: held.signer, times: held.times };
  });
}

interface Signer {
  readonly key: PublicKey;
  readonly certificate: Certificate | undefined;
}

/** @throws MalformedInput, MalformedAnswer, InvalidKey */
function readSigner(material: AnswerReader, { key, identity }: BundleOptions): Signer {
  const certificate = bundleCertificate(material);
  if (certificate === undefined) {
    if (key === undefined)
      throw new MalformedInput('key is missing: the bundle is signed with a key, and does not have it');
    return { key: signerKey(key), certificate };
  }
  if (key !== undefined || identity === undefined)
    throw new MalformedInput('it is signed with a certificate: give identity and trustedRoot, and no key');
  requireNamed(identity);
  if (certificate.key === 'unknown' || certificate.key === 'unused')
    throw new MalformedInput('the certificate has a key of a kind that is not checked here');
  return { key: certificate.key, certificate };
}

/** Callers in JavaScript leave members out, and nothing holds by absence. @throws MalformedInput */
function requireNamed(identity: ExpectedIdentity): void {
  for (const name of ['subject', 'issuer'] as const) {
    const expected: unknown = identity[name];
    if (expected instanceof RegExp || (typeof expected === 'string' && expected !== '')) continue;
    throw new MalformedInput(`identity.${name} is neither a name nor an expression`);
  }
}

interface Content {
  /** Bytes that were signed: the artifact, or the PAE of an envelope. */
  readonly message: Uint8Array;
  readonly logged: LoggedSignature;
}

function readMessage(reader: AnswerReader, signer: Signer, { artifact }: BundleOptions): Content {
  if (artifact === undefined) throw new MalformedInput('artifact is missing: the bundle is of one');
  const message = reader.object('messageSignature');
  if (message.has('messageDigest')) checkDigest(message.object('messageDigest'), artifact);
  const signature = message.bytes('signature', base64);
  return { message: artifact, logged: { signature, verifier: derIn(signer), artifact, envelope: undefined } };
}

function derIn({ certificate, key }: Signer): Uint8Array {
  return certificate?.der ?? key.spki;
}

const DIGEST_NAMES: Readonly<Record<string, DigestAlgorithm>> = {
  SHA2_256: 'sha256',
  SHA2_384: 'sha384',
  SHA2_512: 'sha512',
};

/** @throws MalformedInput */
function checkDigest(reader: AnswerReader, artifact: Uint8Array): void {
  const name = DIGEST_NAMES[reader.text('algorithm')];
  if (name === undefined) throw new MalformedInput(`the digest ${brief(reader.text('algorithm'))} is not known here`);
  if (!equalBytes(portableCrypto.digestOf(name, artifact), reader.bytes('digest', base64)))
    throw new MalformedInput('the bundle is of another artifact');
}

function readEnvelope(reader: AnswerReader, signer: Signer, { artifact }: BundleOptions): Content {
  if (artifact !== undefined)
    throw new MalformedInput('artifact is given, and the bundle has an envelope: compare its payload');
  const envelope = reader.object('dsseEnvelope');
  const payloadType = envelope.text('payloadType');
  const payload = envelope.bytes('payload', base64);
  const [one, ...others] = envelope.objects('signatures', MOST_MEMBERS);
  if (one === undefined || others.length > 0) throw new MalformedInput('the envelope has not one signature');
  const keyid = one.has('keyid') ? one.text('keyid') : '';
  const signature = one.bytes('sig', base64);
  const logged = { signature, verifier: derIn(signer), artifact: undefined, envelope: { payloadType, payload, keyid } };
  return { message: preAuthEncoding(payloadType, payload), logged };
}

type Entries = { readonly holds: true; readonly verified: readonly BundleEntry[] } | Refusal;

function verifyEntries(values: readonly AnswerReader[], logged: LoggedSignature, keys: readonly TrustedKey[]): Entries {
  if (values.length === 0) return fails('the bundle has no entry of a log');
  const verified: BundleEntry[] = [];
  for (const [i, value] of values.entries()) {
    const entry = judge(() => verifyEntry(value, logged, keys));
    if (!entry.holds) return fails(`tlogEntries.${i}: ${entry.reason}`);
    verified.push(entry);
  }
  return { holds: true, verified };
}

function verifyEntry(value: AnswerReader, logged: LoggedSignature, keys: readonly TrustedKey[]): Opened<BundleEntry> {
  const opened = openBundleEntry(value.value, keys, ecdsa);
  if (!opened.holds) return opened;
  const verdict: Verdict = judgeLogged(opened.body, logged, portableCrypto);
  return verdict.holds ? opened : verdict;
}

type Held = Pick<VerifiedBundle, 'signer' | 'times'>;

/** @throws MalformedInput, MalformedAnswer */
function judgeSigner(
  material: AnswerReader,
  { certificate }: Signer,
  signature: Uint8Array,
  entries: readonly BundleEntry[],
  { trustedRoot, identity, ctLogThreshold = 1 }: BundleOptions,
): Opened<Held> {
  const promised = promisedTimes(entries);
  if (trustedRoot === undefined) {
    if (certificate !== undefined)
      throw new MalformedInput('trustedRoot is missing: the bundle is signed with a certificate');
    return { holds: true, signer: undefined, times: promised.map(({ time }) => time) };
  }
  const authorities = trustedAuthorities(trustedRoot);
  const stamped = bundleTimes(material, signature, authorities.timestampAuthorities, portableCrypto);
  if (!stamped.holds) return stamped;
  const times = [...promised, ...stamped.times];
  const moments = times.map(({ time }) => time);
  if (certificate === undefined || identity === undefined) return { holds: true, signer: undefined, times: moments };
  const threshold = countOf(ctLogThreshold, 'ctLogThreshold');
  const policy = { authorities, identity, ctLogThreshold: threshold, crypto: portableCrypto };
  const verdict = verifyCertificate(certificate, times, policy);
  if (!verdict.holds) return verdict;
  const { subjects, issuer } = verdict;
  return { holds: true, signer: { subjects, issuer }, times: moments };
}
