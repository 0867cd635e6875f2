import { Failure } from '../base/failure.ts';
import type { MalformedRequest } from '../checkpoint/witness/failures.ts';

/** Our witness signs nothing now: its clock is not to be trusted, or it is stopping. */
export class NotWitnessing extends Failure<'witness-not-signing'> {
  readonly code = 'witness-not-signing';
}

export type WitnessFailure = MalformedRequest | NotWitnessing;
