import { equalBytes } from '../base/bytes.ts';
import { fails, type Refusal } from '../base/verdict.ts';
import { AnswerReader, base64 } from '../client/answer-reader.ts';
import { type BundleEntry, openBundleEntry } from '../client/bundle-entry.ts';
import { judge, type Opened } from '../client/judge.ts';
import type { TrustedKey } from '../client/trusted-keys.ts';
import { preAuthEncoding } from '../entries/envelope/pre-auth-encoding.ts';
import { type Bytes, MalformedInput } from './bytes.ts';
import { ecdsa } from './ecdsa.ts';
import { judgeLogged, type LoggedSignature } from './logged-signature.ts';
import { headIn, type OpenedHead } from './notes.ts';
import { DIGESTS, type DigestName, signerSpki, verifySignature } from './signer.ts';
import { type Trust, trustedKeys } from './trust.ts';

/** The signer and the logs that are trusted, and the artifact. */
export interface BundleOptions extends Trust {
  /** Public key of the signer, Ed25519 or ECDSA: PEM, DER, or DER in base64. */
  readonly key: Bytes;
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
}

/** An entry of a bundle that is in a log. */
export interface VerifiedEntry {
  /** In the whole log. */
  readonly logIndex: number;
  /** The head that its proof leads to; undefined where the log has only promised, by a signed entry timestamp, to hold it. */
  readonly head: OpenedHead | undefined;
}

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle';
/** Entries and signatures of one bundle at most: each costs a few milliseconds. */
const MAX_MEMBERS = 32;

/**
 * Whether a Sigstore bundle shows that a key has signed an artifact, or an envelope, and that a trusted log holds that very signature:
 * every log entry in it has to hold, by its proof, its signed entry timestamp, or both, and there has to be one.
 *
 * A bundle with a certificate in place of a key is refused: chains, identities and timestamp authorities are not checked here.
 *
 * @param bundle - parsed JSON
 */
export function verifyBundle(bundle: unknown, options: BundleOptions): Opened<VerifiedBundle> {
  return judge(() => {
    const keys = trustedKeys(options);
    const reader = new AnswerReader(bundle, 'bundle');
    if (!reader.text('mediaType').startsWith(MEDIA_TYPE))
      return fails('it is no Sigstore bundle: mediaType says otherwise');
    const material = reader.object('verificationMaterial');
    if (!material.has('publicKey')) return fails('it is signed with a certificate, which is not checked here');
    const content = reader.has('dsseEnvelope') ? readEnvelope(reader, options) : readMessage(reader, options);
    const refusal = content.signatures.map(judgeSigned).find(({ holds }) => !holds);
    if (refusal?.holds === false) return refusal;
    const entries = verifyEntries(material.objects('tlogEntries', MAX_MEMBERS), content.signatures, keys);
    if (!entries.holds) return entries;
    const { payload, payloadType } = content;
    return { holds: true, payload, payloadType, entries: entries.verified };
  });
}

interface Content {
  readonly payload: Uint8Array | undefined;
  readonly payloadType: string | undefined;
  /** One at least. */
  readonly signatures: readonly LoggedSignature[];
}

function readMessage(reader: AnswerReader, { artifact, key }: BundleOptions): Content {
  if (artifact === undefined) throw new MalformedInput('artifact is missing: the bundle is of one');
  const message = reader.object('messageSignature');
  if (message.has('messageDigest')) checkDigest(message.object('messageDigest'), artifact);
  const signature = { signature: message.bytes('signature', base64), spki: signerSpki(key) };
  const signatures = [{ ...signature, message: artifact, payload: undefined }];
  return { payload: undefined, payloadType: undefined, signatures };
}

const DIGEST_NAMES: Readonly<Record<string, DigestName>> = {
  SHA2_256: 'sha256',
  SHA2_384: 'sha384',
  SHA2_512: 'sha512',
};

/** @throws MalformedInput */
function checkDigest(reader: AnswerReader, artifact: Uint8Array): void {
  const name = DIGEST_NAMES[reader.text('algorithm')];
  if (name === undefined) throw new MalformedInput(`the digest ${reader.text('algorithm')} is not known here`);
  if (!equalBytes(DIGESTS[name](artifact), reader.bytes('digest', base64)))
    throw new MalformedInput('the bundle is of another artifact');
}

function readEnvelope(reader: AnswerReader, { artifact, key }: BundleOptions): Content {
  if (artifact !== undefined)
    throw new MalformedInput('artifact is given, and the bundle has an envelope: compare its payload');
  const envelope = reader.object('dsseEnvelope');
  const payloadType = envelope.text('payloadType');
  const payload = envelope.bytes('payload', base64);
  const message = preAuthEncoding(payloadType, payload);
  const spki = signerSpki(key);
  const [signature, ...others] = envelope.objects('signatures', MAX_MEMBERS);
  if (signature === undefined || others.length > 0) throw new MalformedInput('the envelope has not one signature');
  return { payload, payloadType, signatures: [{ signature: signature.bytes('sig', base64), spki, message, payload }] };
}

function judgeSigned({ spki, message, signature }: LoggedSignature) {
  return verifySignature(spki, message, signature);
}

type Entries = { readonly holds: true; readonly verified: readonly VerifiedEntry[] } | Refusal;

function verifyEntries(
  values: readonly AnswerReader[],
  signatures: readonly LoggedSignature[],
  keys: readonly TrustedKey[],
): Entries {
  if (values.length === 0) return fails('the bundle has no entry of a log');
  const verified: VerifiedEntry[] = [];
  for (const [i, value] of values.entries()) {
    const entry = verifyEntry(value, signatures, keys);
    if (!entry.holds) return fails(`tlogEntries.${i}: ${entry.reason}`);
    verified.push({ logIndex: entry.logIndex, head: entry.head && headIn(entry.head) });
  }
  return { holds: true, verified };
}

function verifyEntry(
  value: AnswerReader,
  signatures: readonly LoggedSignature[],
  keys: readonly TrustedKey[],
): Opened<BundleEntry> {
  const opened = openBundleEntry(value.value, keys, ecdsa);
  if (!opened.holds) return opened;
  const refusal = signatures.map((one) => judgeLogged(opened.body, one)).find(({ holds }) => !holds);
  return refusal?.holds === false ? refusal : opened;
}
