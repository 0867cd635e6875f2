import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { systemSentence } from '../../../../base/system-error.ts';
import { STELE } from '../../../../base/stele-command.ts';
import { DamagedStore, StoreRefused } from '../../../failures.ts';
import { isDamageOfFile } from '../rows/damage.ts';

/*
 * SQLite says neither which file it means nor what to do. Here its errors become sentences for the operator, where a file
 * is what is wrong; what is wrong with a statement stays as it is.
 */

/** For an operator whose database is damaged. */
export const RESTORE_ADVICE = `Keep the folder as it is, and put back the newest copy of it that this command finds whole: ${STELE} audit --data COPY --heads HEADS`;

type SqliteError = InstanceType<typeof Database.SqliteError>;

/** The role of a file, for what is said when it cannot be used. */
export type FileRole = 'log' | 'lock';

/** An error of SQLite about the file at `path`, as a sentence; every other value as it is. */
export function explained(error: unknown, path: string, role: FileRole = 'log'): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const [kind = ''] = /^SQLITE_IOERR_SHMSIZE|^SQLITE_[A-Z]+/.exec(error.code) ?? [];
  const says = SENTENCES[kind]?.(path, error, role);
  if (says === undefined) return error;
  return new StoreRefused(says, {
    cause: isDamageOfFile(error) ? new DamagedStore(error.message, { cause: error }) : error,
  });
}

type Sentence = (path: string, error: SqliteError, role: FileRole) => string;

/** By the code, without what stands behind it: `SQLITE_CORRUPT` for `SQLITE_CORRUPT_INDEX`. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  SQLITE_NOTADB: (path, _error, role) => damaged(path, role, 'it is no database, or its beginning is lost'),
  SQLITE_CORRUPT: (path, { message }, role) => damaged(path, role, message),
  SQLITE_CANTOPEN: unopened,
  SQLITE_READONLY: unopened,
  SQLITE_PERM: unopened,
  SQLITE_BUSY: held,
  SQLITE_LOCKED: held,
  SQLITE_FULL: full,
  /** The index of the WAL grows by 32 KiB. */
  SQLITE_IOERR_SHMSIZE: full,
  SQLITE_IOERR: (path, { code }) =>
    systemSays(path) ??
    `${path} cannot be read or written: the disk reports a failure (${code}). Look at the messages of the system`,
};

function unopened(path: string, { code }: SqliteError): string {
  return (
    systemSays(path) ??
    `${path} cannot be opened (${code}): the user of this process has to be able to write it, and to make files beside it`
  );
}

function held(path: string): string {
  return `${path} is held by another program: stop what reads or copies it with SQLite`;
}

function full(path: string): string {
  return `the volume of ${dirname(path)} is full. Free some space on it: nothing is damaged`;
}

function damaged(path: string, role: FileRole, why: string): string {
  if (role === 'lock')
    return `${path} is damaged (${why}). Nothing is kept in it: remove it while no process uses the folder`;
  return `${path} is damaged: ${why}. ${RESTORE_ADVICE}`;
}

/** Returns the system's refusal to open the file as SQLite does; undefined if it does not refuse. */
function systemSays(path: string): string | undefined {
  try {
    accessSync(dirname(path), constants.W_OK);
    closeSync(openSync(path, 'r+'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? systemSentence(error) : undefined;
  }
}

/** Calls `use`, and explains the errors of SQLite in it. */
export function explaining<T>(path: string, use: () => T, role?: FileRole): T {
  try {
    return use();
  } catch (error) {
    throw explained(error, path, role);
  }
}

/** The same functions, whose errors of SQLite are explained, thrown or in a promise. */
export function explainingAll<Functions extends object>(path: string, functions: Functions): Functions {
  const wrapped = Object.entries(functions).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value] as const;
    const call = value as (...args: readonly unknown[]) => unknown;
    return [
      name,
      (...args: readonly unknown[]): unknown => {
        const result = explaining(path, () => call(...args));
        return result instanceof Promise
          ? result.catch((error: unknown) => {
              throw explained(error, path);
            })
          : result;
      },
    ] as const;
  });
  return Object.fromEntries(wrapped) as Functions;
}

/** The same values, and errors of SQLite in between are explained. */
export function* explainingEach<T>(path: string, values: Iterable<T>): Generator<T, undefined> {
  try {
    yield* values;
  } catch (error) {
    throw explained(error, path);
  }
}
