import type { AdmittedEntry } from '../entries/kind.ts';
import { type TreeHead, logIndex } from '../merkle/types.ts';
import type { SequencedEntry } from '../storage/entries.ts';
import type { ShardSigner, SignedBatch } from './signers/shard-signer.ts';
import type { StepListener } from './types.ts';

/** Gives each entry its index and time, and has them and the head signed. */
export async function sequenced(
  signer: ShardSigner,
  admitted: readonly AdmittedEntry[],
  { from, at, head }: { readonly from: number; readonly at: number; readonly head: TreeHead },
): Promise<Pick<SignedBatch, 'signatures'> & { readonly entries: readonly SequencedEntry[] }> {
  const { offset } = signer.shard;
  const promises = admitted.map((entry, i) => {
    return { body: entry.body, integratedTime: at, virtualIndex: offset + from + i };
  });
  const { signatures, timestamps } = await signer.sign(head, promises);
  const entries = admitted.map((entry, i): SequencedEntry => {
    const { body, leafHash, searchKeys, attestation } = entry;
    const signedEntryTimestamp = timestamps[i] as Uint8Array;
    const placed = { index: logIndex(from + i), integratedTime: at, body, leafHash, searchKeys, signedEntryTimestamp };
    return attestation === undefined ? placed : { ...placed, attestation };
  });
  return { entries, signatures };
}

/** Tells each that wants to know that a step of a whole batch is over. */
export function stepDone(
  waiting: readonly { readonly steps: StepListener | undefined }[],
  step: Parameters<StepListener['done']>[0],
): void {
  for (const { steps } of waiting) steps?.done(step);
}
