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

/** The state of a quota that is used up. */
export interface UsedQuota {
  /** Until there is room again. */
  readonly seconds: number;
  /** Entries or bytes in each window. */
  readonly limit: number;
  /** Seconds. */
  readonly window: number;
}

/** A principal, or an identity in an entry, has submitted as much as it may for now. */
export class QuotaExceeded extends Failure<'quota-exceeded'> {
  readonly code = 'quota-exceeded';
  readonly used: UsedQuota;

  constructor(message: string, used: UsedQuota) {
    super(message);
    this.used = used;
  }
}

/** Credentials cannot be checked now: nobody gets a right that was not proved. */
export class AccessUnavailable extends Failure<'access-unavailable'> {
  readonly code = 'access-unavailable';
}

/** Whether a request was refused because of who sent it. */
export function isAccessFailure(thrown: unknown): thrown is Unauthenticated | Forbidden | AccessUnavailable {
  return thrown instanceof Unauthenticated || thrown instanceof Forbidden || thrown instanceof AccessUnavailable;
}

export type AccessFailure = Unauthenticated | Forbidden | RefusedByPolicy | QuotaExceeded | AccessUnavailable;
