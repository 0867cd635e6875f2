import { Failure } from '../base/failure.ts';

/** Another writer grew the log first. With one writer to a log this is the end of it: see `storage/contract.ts`. */
export class StaleCommit extends Failure<'store-stale'> {
  readonly code = 'store-stale';
}

/** Another request moved the witness on first. */
export class StaleWitness extends Failure<'witness-stale'> {
  readonly code = 'witness-stale';
}

/** A volume has no room for what was to be written. Nothing of it was, and the same may succeed later. */
export class NoRoom extends Failure<'no-room'> {
  readonly code = 'no-room';
}

/** The folder is held by another process, written by a newer version, or not what it claims to be. */
export class StoreRefused extends Failure<'store-refused'> {
  readonly code = 'store-refused';
}
