import { Failure } from '../../base/failure.ts';

/** No add-checkpoint request. A witness answers 400. */
export class MalformedRequest extends Failure<'add-checkpoint-malformed'> {
  readonly code = 'add-checkpoint-malformed';
}

/** A witness has answered what the protocol does not know. */
export class MalformedAnswer extends Failure<'witness-answer-malformed'> {
  readonly code = 'witness-answer-malformed';
}
