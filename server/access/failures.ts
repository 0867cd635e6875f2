import { Failure } from '../../base/failure.ts';

/** A request without a credential where one is needed, or with one that is not taken. */
export class Unauthenticated extends Failure<'unauthenticated'> {
  readonly code = 'unauthenticated';
}

/** A request of somebody who lacks the right. */
export class Forbidden extends Failure<'forbidden'> {
  readonly code = 'forbidden';
}

/** An entry that the admission policy of the log refuses. */
export class RefusedByPolicy extends Failure<'policy-refused'> {
  readonly code = 'policy-refused';
}

/** Credentials cannot be checked now: nobody gets a right that was not proved. */
export class AccessUnavailable extends Failure<'access-unavailable'> {
  readonly code = 'access-unavailable';
}

/** Whether a request was refused because of who sent it. */
export function isAccessFailure(thrown: unknown): thrown is AccessFailure {
  return thrown instanceof Unauthenticated || thrown instanceof Forbidden || thrown instanceof AccessUnavailable;
}

export type AccessFailure = Unauthenticated | Forbidden | RefusedByPolicy | AccessUnavailable;
