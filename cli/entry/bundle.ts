import { brief } from '../../base/brief.ts';
import { parseUtf8, toHex } from '../../base/bytes.ts';
import { AnswerReader } from '../../client/answer-reader.ts';
import { judgeForm } from '../../client/bundle/bundle-form.ts';
import { readEnvelope } from '../../entries/envelope/envelope.ts';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import { CheckFailed } from '../frame/exit-codes.ts';
import { named, readInput } from '../files/input.ts';
import type { Digests } from './digest-file.ts';
import { certificateOf, type SignerKey } from './signer.ts';

/** A Sigstore bundle, as far as it is read here: a signature, its key, and the entries that it claims. */
export interface Bundle {
  readonly content: BundleContent;
  /** The certificate in it; undefined where the bundle only names a key. */
  readonly signer: SignerKey | undefined;
  /** TransparencyLogEntry in proto3 JSON, not checked. */
  readonly tlogEntries: readonly unknown[];
  /** The bundle itself. */
  readonly value: object;
}

export type BundleContent =
  | { readonly is: 'message'; readonly signature: Uint8Array; readonly digests: Digests }
  /** JSON of a DSSE envelope. */
  | { readonly is: 'envelope'; readonly text: string };

type Members = Readonly<Record<string, unknown>>;

/** @returns undefined for a file that is no JSON object */
export function parseObject(bytes: Uint8Array): Members | undefined {
  try {
    const value = JSON.parse(parseUtf8(bytes) ?? '') as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

export function isBundle(value: Members | undefined): value is Members {
  return (
    typeof value?.['mediaType'] === 'string' && value['mediaType'].startsWith('application/vnd.dev.sigstore.bundle')
  );
}

export function isEnvelope(value: Members | undefined): value is Members {
  return typeof value?.['payloadType'] === 'string' && Array.isArray(value['signatures']);
}

/** @param what - names the file in messages @throws UsageFault */
export function readBundleFile(file: string, what: string): Bundle {
  const bytes = readInput(file, what);
  return named(what, () => {
    const value = parseObject(bytes);
    if (!isBundle(value)) throw new Error('it is no Sigstore bundle: it has no mediaType of one');
    return bundleOf(value);
  });
}

/** @throws Error, MalformedAnswer that name the member */
export function bundleOf(bundle: Members): Bundle {
  const form = judgeForm(new AnswerReader(bundle, 'bundle'));
  if (!form.holds) throw new Error(form.reason);
  const material = objectIn(bundle, 'verificationMaterial');
  const entries = material['tlogEntries'];
  return {
    content: contentOf(bundle),
    signer: certificateIn(material),
    tlogEntries: Array.isArray(entries) ? entries : [],
    value: bundle,
  };
}

function contentOf(bundle: Members): BundleContent {
  const envelope = bundle['dsseEnvelope'];
  if (envelope !== undefined && envelope !== null) return { is: 'envelope', text: JSON.stringify(envelope) };
  const message = objectIn(bundle, 'messageSignature');
  const signature = bytesIn(message, 'signature');
  const { messageDigest } = message;
  if (messageDigest === undefined || messageDigest === null) return { is: 'message', signature, digests: {} };
  const digest = objectIn(message, 'messageDigest');
  const algorithm = DIGEST_NAMES[String(digest['algorithm'])];
  if (algorithm === undefined) throw new Error(`messageDigest.algorithm is ${brief(String(digest['algorithm']))}`);
  return { is: 'message', signature, digests: { [algorithm]: bytesIn(digest, 'digest') } };
}

/** The signature that timestamps of a bundle are of. @throws CheckFailed for an envelope with several */
export function signatureIn({ content }: Bundle): Uint8Array {
  if (content.is === 'message') return content.signature;
  const [one, ...others] = readEnvelope(content.text).signatures;
  if (one !== undefined && others.length === 0) return Buffer.from(one.sig, 'base64');
  throw new CheckFailed('the envelope of a bundle with a certificate has to have one signature');
}

const DIGEST_NAMES: Readonly<Record<string, DigestAlgorithm>> = {
  SHA2_256: 'sha256',
  SHA2_384: 'sha384',
  SHA2_512: 'sha512',
};

/** Of a chain the first, as `bundleCertificate` has it. */
function certificateIn(material: Members): SignerKey | undefined {
  const holder = CERTIFICATES.find((name) => material[name] !== undefined && material[name] !== null);
  if (holder === undefined) return undefined;
  const found = objectIn(material, holder);
  const first = holder === 'certificate' ? found : listIn(found, 'certificates')[0];
  if (typeof first !== 'object' || first === null) throw new Error(`${holder} of the bundle has no certificate`);
  return certificateOf(bytesIn(first as Members, 'rawBytes'));
}

const CERTIFICATES = ['x509CertificateChain', 'certificate'] as const;

function objectIn(object: Members, name: string): Members {
  const value = object[name];
  if (typeof value === 'object' && value !== null) return value as Members;
  throw new Error(`the bundle has no ${name}`);
}

function listIn(object: Members, name: string): readonly unknown[] {
  const value = object[name];
  if (Array.isArray(value)) return value;
  throw new Error(`${name} of the bundle is no list`);
}

function bytesIn(object: Members, name: string): Uint8Array {
  const value = object[name];
  if (typeof value === 'string' && /^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return Buffer.from(value, 'base64');
  throw new Error(`${name} of the bundle is no base64`);
}

/** Whether one of the digests of an artifact is that of a bundle, which names one at most. */
export function isOfArtifact(bundle: Digests, artifact: Digests): boolean {
  const entries = Object.entries(bundle) as readonly (readonly [DigestAlgorithm, Uint8Array])[];
  return entries.every(([algorithm, digest]) => toHex(artifact[algorithm] ?? new Uint8Array()) === toHex(digest));
}
