import { Failure } from '../../base/failure.ts';

/** A copy of a log that cannot be gone on with, or does not fit the log or itself. What is there was not changed. */
export class BackupRefused extends Failure<'backup-refused'> {
  readonly code = 'backup-refused';
}
