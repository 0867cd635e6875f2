import { Failure } from '../../base/failure.ts';

/** No proof file. */
export class MalformedProof extends Failure<'tlog-proof-malformed'> {
  readonly code = 'tlog-proof-malformed';
}

/** The proof is of a log that is not trusted. */
export class UnknownOrigin extends Failure<'origin-unknown'> {
  readonly code = 'origin-unknown';
}

/** Too few of the trusted witnesses have seen the checkpoint. */
export class QuorumMissing extends Failure<'quorum-missing'> {
  readonly code = 'quorum-missing';
}

/** The checkpoint is good, but the entry does not stand there in its tree. */
export class NotIncluded extends Failure<'entry-not-included'> {
  readonly code = 'entry-not-included';
}
