import { Failure } from '../base/failure.ts';

/** Another record has this number: somebody else appended first. */
export class Taken extends Failure<'record-taken'> {
  readonly code = 'record-taken';
}

/** The record was there once, and has been let go of. */
export class Trimmed extends Failure<'record-trimmed'> {
  readonly code = 'record-trimmed';
}

/** The engine cannot hold a list of records: it is another one, does not keep its promises, or does not take our word. */
export class RecordLogRefused extends Failure<'record-log-refused'> {
  readonly code = 'record-log-refused';
}

/** The engine gave no answer that decides anything: it is slow, gone, or busy. The same may succeed later. */
export class RecordLogUnreachable extends Failure<'record-log-unreachable'> {
  readonly code = 'record-log-unreachable';
}

/**
 * Records that several machines agree on. Record `n` is one value for everybody, for ever: it is created once, by a conditional
 * write, and never changes. Of whatever keeps them nothing else is asked.
 */
export interface RecordLog extends AsyncDisposable {
  /** Names the list for people, without anything secret. */
  readonly name: string;
  /** Undefined while nobody has written it. @throws Trimmed, RecordLogRefused, RecordLogUnreachable */
  read(n: number): Promise<Uint8Array | undefined>;
  /**
   * Resolved: record `n` is this one, whoever was told so before.
   *
   * @param record - as `packRecord` makes it, without its length: an engine may require record `n - 1` to be the one it follows
   * @throws Taken when record `n` is another, or this one does not follow record `n - 1`; anything else leaves the outcome unknown
   */
  append(n: number, record: Uint8Array): Promise<void>;
  /** A number that has a record, or had one, to begin reading at: 0 for an empty list. May be old, is never too large. */
  hint(): Promise<number>;
  /** Lets go of records below `n`. */
  trim(n: number): Promise<void>;
}
