import { Failure } from '../../base/failure.ts';

/** The state folder cannot be used as it is. */
export class StateRefused extends Failure<'state'> {
  readonly code = 'state';
}

/** Nothing can be written where something is to be remembered. */
export class StateUnwritable extends Failure<'state'> {
  readonly code = 'state';
}
