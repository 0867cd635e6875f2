import { parseHex } from '../../base/bytes.ts';
import type { Refusal } from '../../base/verdict.ts';
import { algorithmUse } from '../../entries/algorithm-policy.ts';
import { DIGEST_LENGTH, type DigestAlgorithm } from '../../entries/signatures/claim.ts';
import { CheckFailed, UsageFault } from '../frame/exit-codes.ts';
import { type Bundle, bundleOf, isBundle, isEnvelope, isOfArtifact, parseObject, readBundleFile } from './bundle.ts';
import { isAttested } from './attested.ts';
import { type EnvelopeKind, envelopeAttempts } from './from-envelope.ts';
import { DIGEST_ALGORITHMS, signatureAttempts } from './from-signature.ts';
import { named, readInput } from '../files/input.ts';
import { type Digests, digestFile } from './digest-file.ts';
import { type Attempts, prepare, type PreparedEntry } from './prepared.ts';
import { readSignatureFile, readSignerFile, type SignerKey } from './signer.ts';

/** The files and values that one entry is made of, as the command line names them. */
export interface EntryInput {
  /** An artifact, or a bundle or an envelope that stands for itself. */
  readonly file?: string | undefined;
  /** `sha256:<hex>` of an artifact that is not here. */
  readonly digest?: string | undefined;
  readonly signature?: string | undefined;
  readonly bundle?: string | undefined;
  /** Files of the signer's. */
  readonly key?: string | undefined;
  readonly certificate?: string | undefined;
  readonly kind?: EnvelopeKind | undefined;
}

/** An entry that was read, whose signatures hold, and the bundle that it came in, if it did. */
export interface ReadEntry {
  readonly name: string;
  readonly prepared: PreparedEntry;
  readonly bundle: Bundle | undefined;
  readonly signer: SignerKey;
}

/**
 * Reads an entry from files, and checks its signatures.
 *
 * @throws UsageFault for files that are not what they have to be
 * @throws CheckFailed for a signature that does not hold
 */
export async function readEntry(input: EntryInput): Promise<ReadEntry> {
  const name = input.file ?? input.digest ?? input.bundle ?? 'the entry';
  const signer = signerOf(input);
  if (input.signature !== undefined) return fromSignature(name, input, requireSigner(signer));
  if (input.bundle !== undefined) {
    const bundle = readBundleFile(input.bundle, `--bundle ${input.bundle}`);
    return fromBundle(name, bundle, signer, input, await artifactOf(input));
  }
  if (input.file === undefined) throw new UsageFault(`${name}: a signature is needed: give --signature, or --bundle`);
  return fromFileItself(input.file, signer, input);
}

async function fromSignature(name: string, input: EntryInput, signer: SignerKey): Promise<ReadEntry> {
  const { signature = '', kind = 'hashedrekord' } = input;
  if (kind !== 'hashedrekord')
    throw new UsageFault(`--kind ${kind} is for envelopes, and ${name} comes with a bare signature`);
  const bytes = readSignatureFile(signature, `--signature ${signature}`);
  requireAlgorithm(signer, signerName(input) ?? name);
  const digests = (await artifactOf(input)) ?? {};
  return { name, prepared: held(name, prepare(signatureAttempts(digests, bytes, signer))), bundle: undefined, signer };
}

async function fromFileItself(file: string, signer: SignerKey | undefined, input: EntryInput): Promise<ReadEntry> {
  const bytes = readInput(file, file);
  const value = parseObject(bytes);
  if (isBundle(value))
    return fromBundle(
      file,
      named(file, () => bundleOf(value)),
      signer,
      input,
      undefined,
    );
  if (!isEnvelope(value))
    throw new UsageFault(
      `${file} is neither a Sigstore bundle nor a DSSE envelope: give its --signature, with --key or --certificate`,
    );
  const text = new TextDecoder().decode(bytes);
  const found = requireSigner(signer);
  return { name: file, prepared: fromEnvelope(file, text, found, input), bundle: undefined, signer: found };
}

function fromBundle(
  name: string,
  bundle: Bundle,
  given: SignerKey | undefined,
  input: EntryInput,
  artifact: Digests | undefined,
): ReadEntry {
  const { content } = bundle;
  const signer = requireSigner(given ?? bundle.signer);
  if (content.is === 'envelope') {
    const prepared = fromEnvelope(name, content.text, signer, input);
    if (artifact === undefined || named(name, () => isAttested(content.text, artifact)))
      return { name, prepared, bundle, signer };
    throw new CheckFailed(`${name} is not what the bundle attests: no subject of its statement has its digest`);
  }
  if (artifact !== undefined && !isOfArtifact(content.digests, artifact))
    throw new CheckFailed(`${name} is not the artifact that the bundle was made for`);
  requireAlgorithm(signer, (given && signerName(input)) ?? name);
  const attempts = signatureAttempts(artifact ?? content.digests, content.signature, signer);
  return { name, prepared: held(name, prepare(attempts)), bundle, signer };
}

function fromEnvelope(name: string, text: string, signer: SignerKey, { kind }: EntryInput): PreparedEntry {
  const attempts = named(name, (): Attempts => envelopeAttempts(text, [signer], kind));
  return held(name, prepare(attempts));
}

/** @throws CheckFailed */
function held(name: string, prepared: PreparedEntry | Refusal): PreparedEntry {
  if ('reason' in prepared) throw new CheckFailed(`${name}: the signature does not hold: ${prepared.reason}`);
  return prepared;
}

function signerOf({ key, certificate }: EntryInput): SignerKey | undefined {
  if (key !== undefined && certificate !== undefined) throw new UsageFault('give --key or --certificate, and not both');
  const file = key ?? certificate;
  return file === undefined ? undefined : readSignerFile(file, signerName({ key, certificate }) ?? file);
}

/** The option that names the signer; undefined where none does. */
function signerName({ key, certificate }: EntryInput): string | undefined {
  if (key !== undefined) return `--key ${key}`;
  return certificate === undefined ? undefined : `--certificate ${certificate}`;
}

/** @throws UsageFault for a key with which no log takes a signature over a digest */
function requireAlgorithm({ material }: SignerKey, what: string): void {
  const uses = DIGEST_ALGORITHMS.map((digest) => algorithmUse(material.key, digest));
  if (uses.some(({ algorithm }) => algorithm !== undefined)) return;
  throw new UsageFault(
    `${what}: no log takes the signature of a file by such a key: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of 2048, 3072 or 4096 bits is needed`,
  );
}

function requireSigner(signer: SignerKey | undefined): SignerKey {
  if (signer !== undefined) return signer;
  throw new UsageFault('a key is needed that the signature can be checked with: give --key or --certificate');
}

/** Undefined where no artifact is named. @throws UsageFault */
async function artifactOf({ file, digest }: EntryInput): Promise<Digests | undefined> {
  if (file !== undefined) return digestFile(file);
  return digest === undefined ? undefined : parseDigest(digest);
}

/** @throws UsageFault */
function parseDigest(text: string): Digests {
  const [, name = '', hex = ''] = /^(sha256|sha384|sha512):([0-9a-fA-F]+)$/.exec(text) ?? [];
  const algorithm = name as DigestAlgorithm;
  const bytes = name === '' ? undefined : parseHex(hex, DIGEST_LENGTH[algorithm]);
  if (bytes !== undefined) return { [algorithm]: bytes };
  throw new UsageFault(`--digest is sha256:, sha384: or sha512: and hex of that length, not ${JSON.stringify(text)}`);
}
