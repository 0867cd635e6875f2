import { Failure } from '../../base/failure.ts';

/** The text is no fork evidence, or one of a later version. */
export class MalformedEvidence extends Failure<'evidence-malformed'> {
  readonly code = 'evidence-malformed';
}
