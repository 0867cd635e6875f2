import { Failure } from '../../base/failure.ts';

/** A parameter or body member that does not meet its description: go-openapi's codes, sent as 422 from 600 on. */
export class InvalidRequest extends Failure<'request-invalid'> {
  readonly code = 'request-invalid';
  /** 400, 422, or 601 to 612: rekor-v1 §1.3. */
  readonly detail: number;

  constructor(message: string, detail: number) {
    super(message);
    this.detail = detail;
  }

  /** go-openapi validates with codes from 600 on; all others are of Rekor's handlers. */
  get by(): 'binding' | 'handler' {
    return this.detail >= 600 ? 'binding' : 'handler';
  }
}

/** A body that cannot become the parameter of the operation, as go-openapi finds when it binds it. */
export class UnreadableBody extends Failure<'request-unreadable'> {
  readonly code = 'request-unreadable';
}

/** The request body is longer than the log takes. */
export class RequestTooLarge extends Failure<'request-too-large'> {
  readonly code = 'request-too-large';
}

/** The request body arrives more slowly than the log waits for. */
export class BodyTooSlow extends Failure<'request-too-slow'> {
  readonly code = 'request-too-slow';
}

/** The caller waits no longer for its answer; what it asked for may be done nevertheless. */
export class DeadlineExceeded extends Failure<'deadline-exceeded'> {
  readonly code = 'deadline-exceeded';
}

/** More requests wait for their signature checks than the log promises to hold. */
export class Busy extends Failure<'server-busy'> {
  readonly code = 'server-busy';
}
export type RequestFailure = InvalidRequest | UnreadableBody | RequestTooLarge | BodyTooSlow | DeadlineExceeded | Busy;
