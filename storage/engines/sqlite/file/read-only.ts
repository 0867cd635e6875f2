import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { DamagedStore, StoreRefused } from '../../../failures.ts';
import { RESTORE_ADVICE } from './explain.ts';
import { databaseFile, sideFiles, walFile } from './files.ts';

/*
 * A reader of a database with a WAL makes two files beside it. Where he cannot, on a read-only mount, in a snapshot or in
 * another user's folder, and where he must not, the database is opened as one that nobody changes. Only Node's own SQLite
 * can be asked for that. It has the interface that readers use of the other.
 */

/** Whether files can be made in the folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * For a folder in which no file can be made. What a process that was killed, or one that runs, left in the WAL is read too.
 *
 * @throws StoreRefused where there is something in the WAL, and not the file that it takes to read it
 */
export function openInReadOnlyFolder(folder: string): Database.Database {
  if (sideFiles(folder).every((side) => existsSync(side)))
    return new Database(databaseFile(folder), { readonly: true, fileMustExist: true });
  if (hasWal(folder))
    throw new StoreRefused(
      `${walFile(folder)} holds entries that are not in stele.db yet, and reading it takes a file beside it, which cannot be made in ${folder}. ` +
        `Look at a copy instead: cp -a ${folder} COPY, then the same command with --data COPY`,
    );
  return openImmutable(folder);
}

/**
 * Whether something may stand in the WAL that is not in the database yet. Nothing does behind a header alone, as a process
 * leaves it that is killed before its first frame: SQLite, which is told to leave the index as it is, would look for that for
 * ten seconds and give up.
 */
export function hasWal(folder: string): boolean {
  return (statSync(walFile(folder), { throwIfNoEntry: false })?.size ?? 0) > WAL_HEADER_BYTES;
}

/** Of a WAL before its first frame: sqlite.org/walformat.html, as the two fields below. */
const WAL_HEADER_BYTES = 32;
const [MAGIC, SMALLEST_PAGE, LARGEST_PAGE] = [0x377f0682, 512, 65_536];

/**
 * SQLite takes a WAL that does not begin as one for an empty one, and forgets what stands in it.
 *
 * @throws StoreRefused unless it begins as one
 */
export function requireWalHeader(folder: string): void {
  const header = Buffer.alloc(WAL_HEADER_BYTES);
  const file = openSync(walFile(folder), 'r');
  try {
    readSync(file, header, 0, WAL_HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  const [magic, page] = [header.readUInt32BE(0), header.readUInt32BE(8)];
  const isPageSize = page >= SMALLEST_PAGE && page <= LARGEST_PAGE && Number.isInteger(Math.log2(page));
  if (magic - (magic % 2) !== MAGIC || !isPageSize)
    throw new StoreRefused(`${walFile(folder)} is damaged: it does not begin as a write-ahead log. ${RESTORE_ADVICE}`, {
      cause: new DamagedStore('the header of the write-ahead log is damaged'),
    });
}

/** Takes no lock and touches no file. Needs a database without a WAL: what stands in one would not be read. */
export function openImmutable(folder: string): Database.Database {
  return new UntouchedDatabase(databaseFile(folder), 'immutable') as unknown as Database.Database;
}

/**
 * Reads the WAL too, and leaves its index as it is, stale or not. Needs all files. Two copies of SQLite must not have one
 * file open in one process: the first to close it lets go of the locks of the other.
 */
export function openBesideWal(folder: string): Database.Database {
  return new UntouchedDatabase(databaseFile(folder), 'readonly_shm') as unknown as Database.Database;
}

/** The part of better-sqlite3's `Database` that readers use. */
class UntouchedDatabase implements Pick<Database.Database, 'name'> {
  readonly name: string;
  readonly #db: DatabaseSync;

  constructor(file: string, how: 'immutable' | 'readonly_shm') {
    const url = pathToFileURL(file);
    url.searchParams.set(how, '1');
    this.name = file;
    this.#db = explainedByCode(() => new DatabaseSync(url, { readOnly: true }));
  }

  prepare(sql: string): UntouchedStatement {
    return new UntouchedStatement(explainedByCode(() => this.#db.prepare(sql)));
  }

  pragma(text: string, options: { readonly simple?: boolean } = {}): unknown {
    const rows = this.prepare(`PRAGMA ${text}`).all();
    return options.simple === true ? firstOf(rows[0]) : rows;
  }

  /** Each statement sees the same state as every other. */
  transaction<F>(work: F): F {
    return work;
  }

  close(): void {
    this.#db.close();
  }
}

/** The part of better-sqlite3's `Statement` that readers use. */
class UntouchedStatement {
  readonly #statement: StatementSync;
  #plucks = false;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  pluck(): this {
    this.#plucks = true;
    return this;
  }

  get(...values: SQLInputValue[]): unknown {
    return this.#read(explainedByCode(() => this.#statement.get(...values)));
  }

  all(...values: SQLInputValue[]): unknown[] {
    return explainedByCode(() => this.#statement.all(...values)).map((row) => this.#read(row));
  }

  *iterate(...values: SQLInputValue[]): Generator<unknown, undefined> {
    for (const row of this.#statement.iterate(...values)) yield this.#read(row);
  }

  #read(row: Row | undefined): unknown {
    if (row === undefined) return undefined;
    if (this.#plucks) return firstOf(row);
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asBuffer(value)]));
  }
}

type Row = Record<string, SQLOutputValue>;

function firstOf(row: unknown): unknown {
  const [first] = Object.values(row as Row);
  return asBuffer(first ?? null);
}

function asBuffer(value: SQLOutputValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** SQLite's primary codes that are about a file, by number. */
const CODES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/** Errors of Node's SQLite as those of the other, so that both are explained alike. */
function explainedByCode<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const number = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    const code = CODES[number];
    throw code === undefined ? error : new Database.SqliteError((error as Error).message, code);
  }
}
