import Database from 'better-sqlite3';
import { DamagedStore, isDamage } from '../../../failures.ts';

/** Whether a read or a write failed because of what stands on the disk, explained to the operator or not. */
export function isDamageOfFile(error: unknown): boolean {
  if (isDamage(error)) return true;
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|IOERR|NOTADB)/.test(error.code);
}

/** Whether a page or a row could not be read as it was written. Never of what could not be written. */
export function isUnreadable(error: unknown): error is Error {
  if (error instanceof Database.SqliteError)
    return /^SQLITE_(CORRUPT|IOERR_(READ|SHORT_READ|CORRUPTFS)$)/.test(error.code);
  return error instanceof Error && isDamage(error);
}

/** Inflates a part of the bundle of an entry. @throws DamagedStore for whatever it throws */
export function inflated<T>(index: number, inflate: () => T): T {
  try {
    return inflate();
  } catch (cause) {
    throw damaged(index, cause);
  }
}

/** The same of what is inflated already, or beside this thread. */
export async function inflatedLater<T>(index: number, body: T | Promise<T>): Promise<T> {
  try {
    return await body;
  } catch (cause) {
    throw damaged(index, cause);
  }
}

function damaged(index: number, cause: unknown): DamagedStore {
  return new DamagedStore(`the bundle of entry ${index} is damaged`, { cause });
}
