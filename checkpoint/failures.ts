import { Failure } from '../base/failure.ts';

/** No signed note, or none whose text is a checkpoint. */
export class MalformedNote extends Failure<'note-malformed'> {
  readonly code = 'note-malformed';
}

/** No verifier key, or one whose parts contradict each other. */
export class MalformedKey extends Failure<'key-malformed'> {
  readonly code = 'key-malformed';
}

/** A key that is known, by name and id, has a signature on the note that it did not make. The note is worth nothing. */
export class BadSignature extends Failure<'note-signature-bad'> {
  readonly code = 'note-signature-bad';
}

/** No known key has signed the note: its text must be ignored. */
export class UnverifiedNote extends Failure<'note-unverified'> {
  readonly code = 'note-unverified';
}
