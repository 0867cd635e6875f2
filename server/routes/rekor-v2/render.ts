import { toBase64 } from '../../../base/bytes.ts';
import { longKeyId } from '../../../checkpoint/key.ts';
import type { AdmittedEntry } from '../../../entries/kind.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { Shard, SignedHead } from '../../../log/signers/shard.ts';
import type { components } from '../../../openapi/types.ts';
import { asciiJson, type JsonText } from '../../http/answer.ts';

type TransparencyLogEntry = components['schemas']['TransparencyLogEntry'];

/**
 * dev.sigstore.rekor.v1.TransparencyLogEntry in proto3 JSON, with what is not set written out: rekor-v2 §1.4. All
 * that stands in it is base64 or a number, but for the note.
 */
export function renderTransparencyLogEntry(
  entry: ProvenEntry,
  { kind, version }: Pick<AdmittedEntry, 'kind' | 'version'>,
): JsonText<TransparencyLogEntry> {
  const hashes = entry.proof.map((hash) => `"${toBase64(hash)}"`).join(',');
  const { root, note } = renderHead(entry.head);
  const text =
    `{"logIndex":"${entry.index}","logId":{"keyId":"${keyIdOf(entry.shard)}"},` +
    `"kindVersion":{"kind":${JSON.stringify(kind)},"version":${JSON.stringify(version)}},` +
    `"integratedTime":"0","inclusionPromise":null,"inclusionProof":{"logIndex":"${entry.index}",${root},` +
    `"treeSize":"${entry.head.size}","hashes":[${hashes}],"checkpoint":{"envelope":${note}}},` +
    `"canonicalizedBody":"${toBase64(entry.body)}"}\n`;
  return { type: 'application/json', text, ascii: true };
}

const keyIds = new WeakMap<Shard, string>();

function keyIdOf(shard: Shard): string {
  const known = keyIds.get(shard);
  if (known !== undefined) return known;
  const id = toBase64(longKeyId(shard.c2spKey));
  keyIds.set(shard, id);
  return id;
}

interface HeadText {
  readonly root: string;
  readonly note: string;
}

/** All entries of a batch stand under one head. */
const heads = new WeakMap<SignedHead, HeadText>();

function renderHead(head: SignedHead): HeadText {
  const known = heads.get(head);
  if (known !== undefined) return known;
  const text = { root: `"rootHash":"${toBase64(head.root)}"`, note: asciiJson(head.checkpoint ?? '') };
  heads.set(head, text);
  return text;
}
