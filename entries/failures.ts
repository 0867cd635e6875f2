import { Failure } from '../base/failure.ts';

/** The entry does not meet its kind, or a claim in it does not hold. The message is Rekor's where Rekor has one. */
export class InvalidEntry extends Failure<'entry-invalid'> {
  readonly code = 'entry-invalid';
}

/** The entry names no kind, version or spec, or a kind that no Rekor has. */
export class MalformedProposal extends Failure<'proposal-malformed'> {
  readonly code = 'proposal-malformed';
  /** go-openapi's number for what is wrong: 400, 422, or 602 and 605 of its validation codes. */
  readonly detail: number;

  constructor(message: string, detail: number) {
    super(message);
    this.detail = detail;
  }

  /** The same of an entry at `path`: go-openapi names the path where it validates, and not where it unmarshals. */
  at(path: string): MalformedProposal {
    const validated = this.detail > 600;
    return validated ? new MalformedProposal(`${path}.${this.message}`, this.detail) : this;
  }
}

/** The canonical body is longer than a C2SP entry bundle can hold. */
export class BodyTooLarge extends Failure<'body-too-large'> {
  readonly code = 'body-too-large';
}

export type EntryFailure = InvalidEntry | MalformedProposal | BodyTooLarge;
