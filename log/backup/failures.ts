import { Failure } from '../../base/failure.ts';

/** A copy of a log that cannot be gone on with, or does not fit the log or itself. What is there was not changed. */
export class BackupRefused extends Failure<'backup-refused'> {
  readonly code = 'backup-refused';
}

/** A step of a copy does not fit those before it, or what was signed. */
export class UnfitStep extends Failure<'step-unfit'> {
  readonly code = 'step-unfit';
}
