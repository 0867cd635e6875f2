import { equalBytes } from '../../base/bytes.ts';
import { emptyRoot } from '../../merkle/hash.ts';
import type { TreeHead, TreeSize } from '../../merkle/types.ts';
import { verifyConsistency } from '../../merkle/verify.ts';
import { BadSignature, UnverifiedNote } from '../failures.ts';
import type { NoteSignature } from '../note.ts';
import { type KnownLogs, verifyNote } from '../verify.ts';
import type { ReadAddCheckpoint } from './request.ts';

/** A witness's verdict on a request. */
export type Judgement = Cosign | Refusal | Conflict;

/** The new state. It must replace the one that was judged by, in one step, and durably, before anything is signed. */
export interface Cosign {
  readonly verdict: 'cosign';
  readonly head: TreeHead;
  /** The log's own, verified. All others on the note are anybody's, and may pretend to be ours. */
  readonly signatures: readonly NoteSignature[];
}

/** The text is for people: a sentence without its stop. */
export interface Refusal {
  readonly verdict: 'refuse';
  readonly reason: RefusalReason;
  readonly text: string;
}

export type RefusalReason =
  'sizes-reversed' | 'origin-unknown' | 'signature-missing' | 'signature-bad' | 'tree-inconsistent';

/** The log has to prove from another size than it did. */
export interface Conflict {
  readonly verdict: 'conflict';
  /** Of the head that was cosigned last. */
  readonly size: TreeSize;
}

/**
 * All that c2sp.org/tlog-witness asks of a witness, in the order in which it asks: whose checkpoint it is, whether the
 * sizes fit, and only then whether it is consistent. A tree that is inconsistent is signed by the log, and may prove that
 * it misbehaves.
 *
 * @param last - what was cosigned last for this origin; undefined if nothing was
 */
export function judge(request: ReadAddCheckpoint, logs: KnownLogs, last: TreeHead | undefined): Judgement {
  const { size, root } = request.checkpoint;
  const signatures = verifiedSignatures(request, logs);
  if ('verdict' in signatures) return signatures;
  return (
    sizeRefusal(request, last) ?? treeRefusal(request, last) ?? { verdict: 'cosign', head: { size, root }, signatures }
  );
}

function verifiedSignatures(
  { checkpoint, note }: ReadAddCheckpoint,
  logs: KnownLogs,
): readonly NoteSignature[] | Refusal {
  const verifiers = logs.get(checkpoint.origin);
  if (verifiers === undefined) return refuse('origin-unknown', 'the origin is unknown');
  try {
    return verifyNote(note, verifiers).verified;
  } catch (error) {
    if (error instanceof BadSignature) return refuse('signature-bad', error.message);
    if (error instanceof UnverifiedNote) return refuse('signature-missing', error.message);
    throw error;
  }
}

function sizeRefusal(
  { old, checkpoint }: ReadAddCheckpoint,
  last: TreeHead | undefined,
): Refusal | Conflict | undefined {
  if (old > checkpoint.size) return refuse('sizes-reversed', 'the old size is larger than the size of the checkpoint');
  const size = last?.size ?? (0 as TreeSize);
  return old === size ? undefined : { verdict: 'conflict', size };
}

/** Needs `old` to be the size of `last`. */
function treeRefusal({ checkpoint, old, proof }: ReadAddCheckpoint, last: TreeHead | undefined): Refusal | undefined {
  const isEmpty = equalBytes(checkpoint.root, emptyRoot());
  if (checkpoint.size === 0 && !isEmpty)
    return refuse('tree-inconsistent', 'the root of an empty tree is the hash of nothing');
  if (last === undefined || old === 0)
    return proof.length === 0
      ? undefined
      : refuse('tree-inconsistent', 'nothing can be proven from an empty tree, so no proof is due');
  if (old === checkpoint.size && !equalBytes(last.root, checkpoint.root))
    return refuse('tree-inconsistent', 'another root was cosigned for this size');
  return verifyConsistency(last, checkpoint, proof)
    ? undefined
    : refuse('tree-inconsistent', 'the consistency proof does not verify');
}

function refuse(reason: RefusalReason, text: string): Refusal {
  return { verdict: 'refuse', reason, text };
}
