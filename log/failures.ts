import { Failure } from '../base/failure.ts';

export class SizeNotReached extends Failure<'size-not-reached'> {
  readonly code = 'size-not-reached';
}
export class SizesReversed extends Failure<'sizes-reversed'> {
  readonly code = 'sizes-reversed';
}

/** More entries are waiting than the limit allows. The entry was not stored. */
export class Overloaded extends Failure<'log-overloaded'> {
  readonly code = 'log-overloaded';
}

/** The log takes no entries for now: it is stopping, its disk is full, or its clock is not to be trusted. */
export class NotWritable extends Failure<'log-not-writable'> {
  readonly code = 'log-not-writable';
}

/**
 * A signer outside of this process cannot be reached, gives no answer in time, or gives one that cannot be used. Nothing was
 * promised.
 */
export class SignerUnavailable extends Failure<'signer-unavailable'> {
  readonly code = 'signer-unavailable';
}

/** Refuses a folder whose log is not the one that this process was told to serve, or is not as large as what was signed. */
export class LogRefused extends Failure<'log-refused'> {
  readonly code = 'log-refused';
}

/**
 * The entry is stored, and under no published head yet: witnesses have not cosigned the head, or it is in no journal.
 * Sent again, the entry is answered once it is published.
 */
export class NotPublished extends Failure<'log-not-published'> {
  readonly code = 'log-not-published';
}

/** The shard has ended, or this process only reads it. Another shard may take entries. */
export class Frozen extends Failure<'log-frozen'> {
  readonly code = 'log-frozen';
}

/** The process only reads the shard, which has not ended: another process may add to it. */
export class ReadOnly extends Failure<'log-read-only'> {
  readonly code = 'log-read-only';
}
export type LogFailure = SizeNotReached | SizesReversed | Overloaded | NotWritable | NotPublished | Frozen | ReadOnly;
