import { type Checkpoint, leafHash, openCheckpoint, readVkey, rootOfPath } from '../../support/auditor.ts';

export const ENTRIES = '/api/v2/log/entries';

/** TransparencyLogEntry in proto3 JSON. */
export interface EntryAnswer {
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly kindVersion: { readonly kind: string; readonly version: string };
  readonly integratedTime: string;
  readonly inclusionPromise: null;
  readonly inclusionProof: {
    readonly logIndex: string;
    readonly rootHash: string;
    readonly treeSize: string;
    readonly hashes: readonly string[];
    readonly checkpoint: { readonly envelope: string };
  };
  readonly canonicalizedBody: string;
}

/** An answer to a submission that has been found to prove what it says. */
export interface Proven {
  readonly index: number;
  readonly body: Buffer;
  readonly checkpoint: Checkpoint;
  readonly value: EntryAnswer;
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** Checks an answer as a client of Rekor v2 does, with the log's verifier key and nothing else. @throws Error */
export function openEntry(text: string, vkey: string): Proven {
  const value = JSON.parse(text) as EntryAnswer;
  const { logIndex, treeSize, rootHash, hashes, checkpoint: note } = value.inclusionProof;
  const body = bytesOf(value.canonicalizedBody);
  const checkpoint = openCheckpoint(note.envelope, vkey);
  const root = rootOfPath(leafHash(body), Number(logIndex), Number(treeSize), hashes.map(bytesOf));
  if (root === undefined || !root.equals(bytesOf(rootHash))) throw new Error('the path does not lead to the root');
  if (!checkpoint.root.equals(root) || String(checkpoint.size) !== treeSize)
    throw new Error('the checkpoint is of another tree');
  if (value.logIndex !== logIndex) throw new Error('two indexes');
  if (!readVkey(vkey).longId.equals(bytesOf(value.logId.keyId))) throw new Error('the id of another log');
  return { index: Number(logIndex), body, checkpoint, value };
}

/** `{code,message,details}` as a v2 error has it. */
export function statusText(code: number, message: string): string {
  return `${JSON.stringify({ code, message, details: [] })}\n`;
}
