import { Failure } from '../../base/failure.ts';

/** The text is no proof file. */
export class MalformedProof extends Failure<'tlog-proof-malformed'> {
  readonly code = 'tlog-proof-malformed';
}

/** The proof is of a log that is not trusted. */
export class UnknownOrigin extends Failure<'origin-unknown'> {
  readonly code = 'origin-unknown';
}

/** The cosignatures on the checkpoint do not meet the policy. */
export class QuorumMissing extends Failure<'quorum-missing'> {
  readonly code = 'quorum-missing';
}

/** The checkpoint is valid, but the inclusion proof does not lead from the entry to its root. */
export class NotIncluded extends Failure<'entry-not-included'> {
  readonly code = 'entry-not-included';
}
