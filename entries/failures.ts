import { Failure } from '../base/failure.ts';

/** The entry does not meet its kind, or a claim in it does not hold. The message is Rekor's where Rekor has one. */
export class InvalidEntry extends Failure<'entry-invalid'> {
  readonly code = 'entry-invalid';
}

/** A fault of a proposal that names no entry. `member-missing` and `version-malformed` are found when it is validated, the others before. */
export type ProposalFault = 'member-missing' | 'version-malformed' | 'kind-unknown' | 'type-wrong';

/** The entry names no kind, version or spec, or a kind that no Rekor has. */
export class MalformedProposal extends Failure<'proposal-malformed'> {
  readonly code = 'proposal-malformed';
  readonly reason: ProposalFault;

  constructor(message: string, reason: ProposalFault) {
    super(message);
    this.reason = reason;
  }

  /** The same of an entry at `path`: go-openapi names the path where it validates, and not where it unmarshals. */
  at(path: string): MalformedProposal {
    const isValidated = this.reason === 'member-missing' || this.reason === 'version-malformed';
    return isValidated ? new MalformedProposal(`${path}.${this.message}`, this.reason) : this;
  }
}

/** The canonical body is longer than a C2SP entry bundle can hold. */
export class BodyTooLarge extends Failure<'body-too-large'> {
  readonly code = 'body-too-large';
}

export type EntryFailure = InvalidEntry | MalformedProposal | BodyTooLarge;
