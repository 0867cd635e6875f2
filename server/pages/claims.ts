import { toHex } from '../../base/bytes.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import type { SignedHead } from '../../log/signers/shard.ts';
import type { Log } from '../../log/types.ts';
import type { HeadClaims } from '../../web/claims.ts';
import type { Offer } from './first-entry.ts';

/** Returns the claims of a head: notes and keys of the APIs that are open. */
export function headClaims({ shard, frozenAt }: Log, head: SignedHead, offer: Offer): HeadClaims {
  const { apis, has } = offer;
  const grows = frozenAt === undefined; // the API gives the newest head of no other shard
  const [v1, v2] = [apis.includes('rekor-v1'), apis.includes('rekor-v2')];
  return {
    treeId: shard.treeId,
    origin: shard.origin,
    keys: [...(v1 ? [shard.publicKey] : []), ...(v2 ? [formatVkey(shard.c2spKey)] : [])],
    notes: notesOf(head, offer),
    paths: {
      rekor: grows && v1 && has('getLogInfo') && has('getLogProof') ? 'api/v1/log' : undefined,
      checkpoint: grows && v2 ? 'checkpoint' : undefined,
    },
  };
}

/** Notes of the APIs that are open. */
export function notesOf({ rekorCheckpoint, checkpoint }: SignedHead, { apis }: Offer): readonly string[] {
  return [
    ...(apis.includes('rekor-v1') ? [rekorCheckpoint] : []),
    ...(apis.includes('rekor-v2') && checkpoint !== undefined ? [checkpoint] : []),
  ];
}

export const hexOf = (hashes: readonly Uint8Array[]): readonly string[] => hashes.map(toHex);
