import { Failure } from '../base/failure.ts';

export class MalformedNote extends Failure<'note-malformed'> {
  readonly code = 'note-malformed';
}
