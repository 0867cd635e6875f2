import { toHex } from '../../../base/bytes.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { SignedHead } from '../../../log/signers/shard.ts';
import type { components } from '../../../openapi/types.ts';
import { asciiJson, type JsonText } from '../../http/answer.ts';
import { entryId } from './ids.ts';

type LogEntry = components['schemas']['LogEntry'];

/*
 * JSON of entries, joined by hand: all that stands in it is hex, base64 or a number, but for the checkpoint. ASCII only.
 */

/** For the answer to a submission: without attestation. */
export function renderCreated(entry: ProvenEntry): JsonText<LogEntry> {
  return toText(renderEntry(entry, ''));
}

export function renderFound(entry: ProvenEntry): JsonText<LogEntry> {
  return toText(renderEntry(entry, attestation(entry)));
}

/** An entry as `renderList` takes it: so long that each is rendered in a turn of its own. */
export function renderInList(entry: ProvenEntry): string {
  return renderEntry(entry, attestation(entry));
}

/** @param entries - as `renderInList` gives them */
export function renderList(entries: readonly string[]): JsonText<LogEntry[]> {
  return toText(`[${entries.join(',')}]`);
}

function toText<T>(json: string): JsonText<T> {
  return { type: 'application/json', text: `${json}\n`, ascii: true };
}

/** Members in alphabetical order, as Go writes them: rekor-v1 §0. */
function renderEntry(entry: ProvenEntry, attested: string): string {
  const head = renderHead(entry.head);
  const hashes = entry.proof.length === 0 ? '' : `"${entry.proof.map(toHex).join('","')}"`;
  return (
    `{"${entryId(entry.shard, entry.leafHash)}":{${attested}"body":"${base64(entry.body)}",` +
    `"integratedTime":${entry.integratedTime},"logID":"${entry.shard.logId}","logIndex":${entry.virtualIndex},` +
    `"verification":{"inclusionProof":{${head.checkpoint}"hashes":[${hashes}],"logIndex":${entry.index},${head.root}}` +
    `${timestamp(entry)}}}}`
  );
}

/** An entry that was imported from a log of Rekor v2 or of tiles has none: nobody has promised anything. */
function timestamp({ signedEntryTimestamp }: ProvenEntry): string {
  return signedEntryTimestamp.length === 0 ? '' : `,"signedEntryTimestamp":"${base64(signedEntryTimestamp)}"`;
}

function attestation(entry: ProvenEntry): string {
  return entry.attestation === undefined ? '' : `"attestation":{"data":"${base64(entry.attestation)}"},`;
}

interface HeadText {
  readonly checkpoint: string;
  readonly root: string;
}

/** All entries of a batch stand under one head. */
const heads = new WeakMap<SignedHead, HeadText>();

function renderHead(head: SignedHead): HeadText {
  const known = heads.get(head);
  if (known !== undefined) return known;
  const text = {
    checkpoint: `"checkpoint":${asciiJson(head.rekorCheckpoint)},`,
    root: `"rootHash":"${toHex(head.root)}","treeSize":${head.size}`,
  };
  heads.set(head, text);
  return text;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
