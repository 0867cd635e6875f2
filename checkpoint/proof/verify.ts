import type { LeafHash } from '../../merkle/types.ts';
import { verifyInclusion } from '../../merkle/verify.ts';
import { type Checkpoint, parseCheckpoint } from '../checkpoint.ts';
import type { SignedNote } from '../note.ts';
import { type Policy, cosigners, hasQuorum } from '../policy/policy.ts';
import { type KnownLogs, verifyNote } from '../verify.ts';
import { NotIncluded, QuorumMissing, UnknownOrigin } from './failures.ts';
import type { TlogProof } from './tlog-proof.ts';

/** The result of a proof: the checkpoint that the entry is under, and the policy's names of those that cosigned it. */
export interface Proven {
  readonly checkpoint: Checkpoint;
  readonly cosigners: ReadonlySet<string>;
}

/**
 * The steps of c2sp.org/tlog-proof, "Verifying a tlog proof", but for the first: how an entry becomes a leaf is the
 * application's to say. Times of cosignatures are not looked at, nor is the extra data.
 *
 * @param logs - whose entries are accepted; `knownLogs` takes them from a policy
 * @throws MalformedNote when the note is no checkpoint
 * @throws UnknownOrigin @throws BadSignature @throws UnverifiedNote @throws QuorumMissing @throws NotIncluded
 */
export function verifyTlogProof(proof: TlogProof, leaf: LeafHash, logs: KnownLogs, policy: Policy): Proven {
  const proven = verifyCosigned(proof.note, logs, policy);
  const { checkpoint } = proven;
  if (!verifyInclusion(checkpoint, proof.index, leaf, proof.hashes))
    throw new NotIncluded(`the entry is not at ${proof.index} of the tree of ${checkpoint.size}`);
  return proven;
}

/**
 * Returns the checkpoint in a note that a trusted log has signed and enough witnesses have cosigned.
 *
 * @throws MalformedNote @throws UnknownOrigin @throws BadSignature @throws UnverifiedNote @throws QuorumMissing
 */
export function verifyCosigned(note: SignedNote, logs: KnownLogs, policy: Policy): Proven {
  const checkpoint = parseCheckpoint(note.text);
  const verifiers = logs.get(checkpoint.origin);
  if (verifiers === undefined) throw new UnknownOrigin(`no log ${checkpoint.origin} is trusted`);
  verifyNote(note, verifiers);
  const names = cosigners(policy, note);
  if (!hasQuorum(policy, names)) throw new QuorumMissing(`${names.size} cosignatures of witnesses are no quorum`);
  return { checkpoint, cosigners: names };
}
