import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson, type Json } from '../../base/canonical-json.ts';
import { parseHex } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { logIndex, nodeHash, type RootHash, treeSize } from '../../merkle/types.ts';
import { verifyInclusion } from '../../merkle/verify.ts';

export interface EntryValue {
  readonly attestation?: { readonly data: string };
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly inclusionProof: {
      readonly checkpoint: string;
      readonly hashes: readonly string[];
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
    };
    readonly signedEntryTimestamp: string;
  };
}

/** Id and value of the one entry in an answer. */
export function entryOf(text: string): readonly [string, EntryValue] {
  const [first, ...rest] = Object.entries(JSON.parse(text) as Record<string, EntryValue>);
  if (first === undefined || rest.length > 0) throw new Error('not one entry');
  return first;
}

/** Whether proof, checkpoint and signed entry timestamp all hold, as a client of Rekor checks them. */
export function holds(id: string, value: EntryValue, publicKey: string): boolean {
  const { inclusionProof, signedEntryTimestamp } = value.verification;
  const body = Buffer.from(value.body, 'base64');
  const leaf = hashLeaf(body);
  const head = { size: treeSize(inclusionProof.treeSize), root: hashOf(inclusionProof.rootHash) as RootHash };
  const { integratedTime, logID, logIndex: index } = value;
  const promise = canonicalJson({ body: value.body, integratedTime, logID, logIndex: index } satisfies Json);
  const proven = verifyInclusion(head, logIndex(inclusionProof.logIndex), leaf, inclusionProof.hashes.map(hashOf));
  const [, size, root] = inclusionProof.checkpoint.split('\n');
  return (
    id.endsWith(Buffer.from(leaf).toString('hex')) &&
    proven &&
    verify('sha256', Buffer.from(promise), createPublicKey(publicKey), Buffer.from(signedEntryTimestamp, 'base64')) &&
    size === String(head.size) &&
    root === Buffer.from(head.root).toString('base64')
  );
}

export function hashOf(hex: string) {
  return nodeHash(parseHex(hex, 32) ?? new Uint8Array());
}
