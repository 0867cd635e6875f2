import { Failure } from '../../base/failure.ts';

/** A text is no address that a log could have. */
export class MalformedAddress extends Failure<'address-malformed'> {
  readonly code = 'address-malformed';
}

/** No answer comes from that address, or it breaks off. */
export class Unreachable extends Failure<'unreachable'> {
  readonly code = 'unreachable';
}

/** The address answers, but not as a log would: a web page, a redirect elsewhere, too much, or another thing altogether. */
export class NoLog extends Failure<'no-log'> {
  readonly code = 'no-log';
}

/** The log understood what was asked, and refuses it. */
export class RefusedByLog extends Failure<'refused'> {
  readonly code = 'refused';
}

/** The server has no such operation. */
export class NotOffered extends Failure<'not-offered'> {
  readonly code = 'not-offered';
}

/** The log has no such thing. */
export class NotFound extends Failure<'not-found'> {
  readonly code = 'not-found';
}

/** The answer can be read, and what it says does not hold. */
export class FalseAnswer extends Failure<'answer-false'> {
  readonly code = 'answer-false';
}
