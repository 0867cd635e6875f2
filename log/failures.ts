import { Failure } from '../base/failure.ts';

export class SizeNotReached extends Failure<'size-not-reached'> {
  readonly code = 'size-not-reached';
}
export class SizesReversed extends Failure<'sizes-reversed'> {
  readonly code = 'sizes-reversed';
}

/** More is waiting than the log promises to take. Nothing of the entry was kept. */
export class Overloaded extends Failure<'log-overloaded'> {
  readonly code = 'log-overloaded';
}

/** The log takes no entries for now: it is stopping, its disk is full, or its clock is not to be trusted. */
export class NotWritable extends Failure<'log-not-writable'> {
  readonly code = 'log-not-writable';
}

/** Refuses a folder whose log is not the one that this process was told to serve, or is not as large as what was signed. */
export class LogRefused extends Failure<'log-refused'> {
  readonly code = 'log-refused';
}

/** The entry is kept, and not shown yet: witnesses have not cosigned it, or its head is in no journal. Sent again, it is answered once it is shown. */
export class NotPublished extends Failure<'log-not-published'> {
  readonly code = 'log-not-published';
}

/** The shard has ended, or is only read here. Another one may take entries. */
export class Frozen extends Failure<'log-frozen'> {
  readonly code = 'log-frozen';
}
export type LogFailure = SizeNotReached | SizesReversed | Overloaded | NotWritable | NotPublished | Frozen;
