import { Failure } from '../base/failure.ts';

/** The text is no signed note, or the note's text is no checkpoint. */
export class MalformedNote extends Failure<'note-malformed'> {
  readonly code = 'note-malformed';
}

/** The text is no verifier key, or its parts contradict each other. */
export class MalformedKey extends Failure<'key-malformed'> {
  readonly code = 'key-malformed';
}

/** A signature under the name and key ID of a known key does not verify. The whole note is invalid. */
export class BadSignature extends Failure<'note-signature-bad'> {
  readonly code = 'note-signature-bad';
}

/** No known key has signed the note: its text must be ignored. */
export class UnverifiedNote extends Failure<'note-unverified'> {
  readonly code = 'note-unverified';
}
