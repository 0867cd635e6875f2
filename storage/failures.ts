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

/** A page that a write needs is damaged, or its disk does not give it. Nothing was written. */
export class UnreadablePage extends Failure<'page-unreadable'> {
  readonly code = 'page-unreadable';
}

/** The folder is held by another process, written by a newer version, or not what it claims to be. */
export class StoreRefused extends Failure<'store-refused'> {
  readonly code = 'store-refused';
}

export type StoreFailure = StaleCommit | StaleWitness | NoRoom | UnreadablePage | StoreRefused;

/**
 * Stored data that is not as it was written, or is gone. No `Failure`: the caller can do nothing about it and is told
 * nothing, the read ends with it, and the operator reads where it is.
 */
export class DamagedStore extends Error {
  constructor(where: string, options?: ErrorOptions) {
    super(where, options);
    this.name = new.target.name;
  }
}

/** A part of a run of the search index. For all but the writer it may be gone because its run has been merged. */
export class MissingPart extends DamagedStore {}

/** An entry that cannot be read in a scan. */
export class DamagedEntry extends DamagedStore {
  /** Of the first entry that cannot be read. */
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

/** Whether a read failed because of what stands on the disk. */
export function isDamage(error: unknown): boolean {
  return error instanceof DamagedStore || (error instanceof StoreRefused && isDamage(error.cause));
}

/** Says that a folder has no log in it, and what to do. */
export const noLogIn = (folder: string): string => `${folder} holds no log: name the data folder of one with --data`;
