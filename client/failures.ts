import { Failure } from '../base/failure.ts';

/** A tile or an entry bundle does not hash to the root that the log has signed. */
export class UnverifiedTile extends Failure<'tile-unverified'> {
  readonly code = 'tile-unverified';
}

/** The answer of a log lacks a member, or has one of another form than its API says. */
export class MalformedAnswer extends Failure<'answer-malformed'> {
  readonly code = 'answer-malformed';
}
