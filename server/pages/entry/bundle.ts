import { toBase64 } from '../../../base/bytes.ts';
import { isObject } from '../../../base/json-reader.ts';
import { longKeyId } from '../../../checkpoint/key.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { ApiName } from '../../operations/operation.ts';
import type { BodyView } from './body.ts';
import { bundleMaterial } from './signer.ts';

/*
 * Sigstore bundles of entries. An entry has all that a bundle needs if it holds the signature and what was signed, or its
 * digest: a payload that the log did not keep is missing for ever.
 */

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

const DIGEST_NAMES: Readonly<Record<string, string>> = { sha256: 'SHA2_256', sha384: 'SHA2_384', sha512: 'SHA2_512' };

/** Returns the bundle; undefined for an entry that lacks what it needs. */
export function bundleOf(entry: ProvenEntry, view: BodyView, apis: readonly ApiName[]): object | undefined {
  const content = messageSignature(view) ?? envelope(entry, view);
  const material = content && bundleMaterial(content.key);
  if (content === undefined || material === undefined) return undefined;
  const asV2 = !apis.includes('rekor-v1') || isOfV2(view);
  const logged = asV2 ? entryOfV2(entry, view) : entryOfV1(entry, view);
  if (logged === undefined) return undefined;
  const verificationMaterial = { ...material, tlogEntries: [logged] };
  return { mediaType: MEDIA_TYPE, verificationMaterial, ...content.member };
}

interface Content {
  /** The key or certificate as it stands in the body. */
  readonly key: string;
  readonly member: object;
}

/** A signature over an artifact, of which the entry has the digest. */
function messageSignature({ json, digests }: BodyView): Content | undefined {
  const spec = versionedSpec(json);
  const signature = part(spec, 'signature');
  const content = text(signature, 'content');
  const key = text(part(signature, 'publicKey'), 'content') ?? keyOfVerifier(part(signature, 'verifier'));
  const [digest] = digests;
  const algorithm = digest && DIGEST_NAMES[digest.algorithm];
  if (content === undefined || key === undefined || digest === undefined || algorithm === undefined) return undefined;
  const messageDigest = { algorithm, digest: Buffer.from(digest.hex, 'hex').toString('base64') };
  return { key, member: { messageSignature: { messageDigest, signature: content } } };
}

/** An envelope whose payload the log has kept. */
function envelope({ attestation }: ProvenEntry, { json }: BodyView): Content | undefined {
  const kept = part(part(part(json, 'spec'), 'content'), 'envelope');
  const payloadType = text(kept, 'payloadType');
  const first = part(part(kept, 'signatures'), '0');
  const key = text(first, 'publicKey');
  const doubled = text(first, 'sig');
  if (attestation === undefined || payloadType === undefined || key === undefined || doubled === undefined)
    return undefined;
  const sig = Buffer.from(doubled, 'base64').toString('latin1'); // the body has the base64 of the base64
  const payload = toBase64(attestation);
  return {
    key,
    member: { dsseEnvelope: { payload, payloadType, signatures: [{ sig, keyid: text(first, 'keyid') ?? '' }] } },
  };
}

function entryOfV1({ shard, head, proof, index, virtualIndex, ...entry }: ProvenEntry, view: BodyView): object {
  return {
    logIndex: String(virtualIndex),
    logId: { keyId: Buffer.from(shard.logId, 'hex').toString('base64') },
    kindVersion: { kind: view.kind, version: view.version },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp: toBase64(entry.signedEntryTimestamp) },
    inclusionProof: {
      logIndex: String(index),
      rootHash: toBase64(head.root),
      treeSize: String(head.size),
      hashes: proof.map(toBase64),
      checkpoint: { envelope: head.rekorCheckpoint },
    },
    canonicalizedBody: toBase64(entry.body),
  };
}

/** Undefined under a head of a time in which the log had no such key. */
function entryOfV2({ shard, head, proof, index, body }: ProvenEntry, view: BodyView): object | undefined {
  if (head.checkpoint === undefined) return undefined;
  return {
    logIndex: String(index),
    logId: { keyId: toBase64(longKeyId(shard.c2spKey)) },
    kindVersion: { kind: view.kind, version: view.version },
    inclusionProof: {
      logIndex: String(index),
      rootHash: toBase64(head.root),
      treeSize: String(head.size),
      hashes: proof.map(toBase64),
      checkpoint: { envelope: head.checkpoint },
    },
    canonicalizedBody: toBase64(body),
  };
}

/** Entries of Rekor v2 have a member between `spec` and what others have in it. */
function isOfV2({ json }: BodyView): boolean {
  return versionedSpec(json) !== part(json, 'spec');
}

function versionedSpec(json: object | undefined): unknown {
  const spec = part(json, 'spec');
  const [[name, only] = [], ...others] = isObject(spec) ? Object.entries(spec) : [];
  return others.length === 0 && name?.endsWith('V002') === true ? only : spec;
}

function keyOfVerifier(verifier: unknown): string | undefined {
  return text(part(verifier, 'x509Certificate'), 'rawBytes') ?? text(part(verifier, 'publicKey'), 'rawBytes');
}

function part(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const found = part(value, name);
  return typeof found === 'string' ? found : undefined;
}
