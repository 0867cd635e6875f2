import { equalBytes } from '../base/bytes.ts';
import { fails, type Refusal } from '../base/verdict.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { logIndex, type LogIndex, type NodeHash, type Proof } from '../merkle/types.ts';
import { verifyInclusion } from '../merkle/verify.ts';
import type { Opened } from './judge.ts';

/** An entry and its inclusion proof as an answer claims them. */
export interface ClaimedEntry {
  /** Canonical. */
  readonly body: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: NodeHash;
  readonly hashes: Proof;
}

/** An entry that is in a log. The caller has still to see whether its body is of the artifact that is asked about. */
export interface IncludedEntry {
  readonly body: Uint8Array;
  /** In the tree of its shard. */
  readonly index: LogIndex;
  readonly checkpoint: Checkpoint;
}

/** Whether the proof is one of the checkpoint's tree, and leads from the body to its root: RFC 9162 §2.1.3.2. */
export function verifyIncluded(entry: ClaimedEntry, checkpoint: Checkpoint): Opened<IncludedEntry> {
  const { body, index, size, root, hashes } = entry;
  if (size !== checkpoint.size || !equalBytes(root, checkpoint.root)) return otherTree(entry, checkpoint);
  if (!verifyInclusion(checkpoint, logIndex(index), hashLeaf(body), hashes))
    return fails(`the inclusion proof does not lead from entry ${index} to the root of the checkpoint`);
  return { holds: true, body, index: logIndex(index), checkpoint };
}

function otherTree({ size }: ClaimedEntry, checkpoint: Checkpoint): Refusal {
  return fails(`the inclusion proof is of a tree of ${size}, and not of the checkpoint's tree of ${checkpoint.size}`);
}
