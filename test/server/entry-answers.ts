import { createPublicKey } from 'node:crypto';
import { parseHex } from '../../base/bytes.ts';
import { type RekorLog, rekorLog, verifyRekorEntry } from '../../client/rekor-v1.ts';
import { nodeHash } from '../../merkle/types.ts';
import { ecdsa } from '../checkpoint/signing.ts';

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

/** Whether id, proof, checkpoint and signed entry timestamp all hold. @param publicKey - of the log, PEM */
export function holds(id: string, value: EntryValue, publicKey: string): boolean {
  return verifyRekorEntry(id, value, rekorLogOf(value, publicKey)).holds;
}

/** The log under the name that the entry's checkpoint has. @param publicKey - PEM */
export function rekorLogOf({ verification }: EntryValue, publicKey: string): RekorLog {
  const [name = ''] = verification.inclusionProof.checkpoint.split(' - ', 1);
  return rekorLog(name, createPublicKey(publicKey).export({ type: 'spki', format: 'der' }), ecdsa);
}

export function hashOf(hex: string) {
  return nodeHash(parseHex(hex, 32) ?? new Uint8Array());
}
