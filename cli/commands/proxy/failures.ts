import { Failure } from '../../../base/failure.ts';

/** The outbox has no room for another submission, or its disk takes none. */
export class OutboxFull extends Failure<'outbox-full'> {
  readonly code = 'outbox-full';
}

/** The log did not take the submission yet: it stays in the outbox. */
export class StillWaiting extends Failure<'still-waiting'> {
  readonly code = 'still-waiting';
}

/** A request that the proxy does not take. */
export class RequestRefused extends Failure<'request-refused'> {
  readonly code = 'request-refused';
  readonly status: 400 | 403 | 413 | 421;

  constructor(status: RequestRefused['status'], message: string) {
    super(message);
    this.status = status;
  }
}
