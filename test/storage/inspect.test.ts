import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FoundDatabase } from '../../storage/identity.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { inspectDatabase } from '../../storage/engines/sqlite/inspect.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-inspect-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const IDENTITY = {
  treeId: '7',
  origin: 'log.test',
  logId: 'a'.repeat(64),
  c2spKeyId: 'b'.repeat(64),
  publicKeys: { rekor: 'pem of v1', c2sp: 'pem of tile' },
  offset: 5,
  created: 1_700_000_000,
};
/** Bytes of a WAL before its first frame, and of the file that processes share. */
const [WAL_HEADER_BYTES, SHARED_BYTES] = [32, 32_768];
const LOG = { state: 'log', identity: IDENTITY, head: undefined, frozen: false };

/** Returns the findings, and asserts that nothing was changed to get them. @param made - endings of what may be made */
function found(where = folder, made: readonly string[] = []): FoundDatabase {
  const before = treeOfFiles(where, { names: made });
  try {
    return inspectDatabase(where);
  } finally {
    expect(treeOfFiles(where, { names: made })).toEqual(before);
  }
}

describe('inspectDatabase says what stands in a data folder, and leaves its files as they are', () => {
  it('a folder without a database, and one that is not there', () => {
    expect(found()).toEqual({ state: 'missing' });
    expect(inspectDatabase(join(folder, 'nowhere'))).toEqual({ state: 'missing' });
  });
  it('an empty file', () => {
    writeFileSync(join(folder, 'stele.db'), '');
    expect(found()).toEqual({ state: 'empty' });
  });
  it('a database in which no log has begun', async () => {
    await (await openSqliteStore(folder, { owner: 'test' }))[Symbol.asyncDispose]();
    expect(statSync(join(folder, 'stele.db')).size).toBeGreaterThan(0);
    expect(found()).toEqual({ state: 'empty' });
  });
  it('a log that was stopped', async () => {
    const store = await openSqliteStore(folder, { owner: 'test' });
    await store.create(IDENTITY);
    await store[Symbol.asyncDispose]();
    expect(found()).toEqual(LOG);
  });
  it.each([
    ['with the file that processes share', ['stele.db', 'stele.db-wal', 'stele.db-shm'], []],
    ['without the file that processes share, which is made', ['stele.db', 'stele.db-wal'], ['.db-shm']],
  ] as const)('a log whose last words stand in the WAL alone, %s', async (_how, names, made) => {
    await using store = await openSqliteStore(folder, { owner: 'test' });
    await store.create(IDENTITY);
    const copy = join(folder, 'copy');
    for (const name of names) cpSync(join(folder, name), join(copy, name));
    expect(statSync(join(copy, 'stele.db-wal')).size).toBeGreaterThan(0);
    expect([found(copy, made), found(copy)]).toEqual([LOG, LOG]);
  });
  it.each([
    ['with the file that processes share', true],
    ['without it', false],
  ])('a log that was killed before the first commit of its WAL, which has a header alone, %s', async (_how, shared) => {
    const store = await openSqliteStore(folder, { owner: 'test' });
    await store.create(IDENTITY);
    const header = readFileSync(join(folder, 'stele.db-wal')).subarray(0, WAL_HEADER_BYTES);
    await store[Symbol.asyncDispose]();
    writeFileSync(join(folder, 'stele.db-wal'), header);
    if (shared) writeFileSync(join(folder, 'stele.db-shm'), new Uint8Array(SHARED_BYTES));
    expect(found()).toEqual(LOG);
  });
  it('a WAL that does not begin as one is refused by its name', async () => {
    await using store = await openSqliteStore(folder, { owner: 'test' });
    await store.create(IDENTITY);
    const copy = join(folder, 'copy');
    for (const name of ['stele.db', 'stele.db-wal', 'stele.db-shm']) cpSync(join(folder, name), join(copy, name));
    const wal = readFileSync(join(copy, 'stele.db-wal'));
    wal[0] = 0;
    writeFileSync(join(copy, 'stele.db-wal'), wal);
    expect(() => found(copy)).toThrow(/stele\.db-wal is damaged: it does not begin as a write-ahead log/);
  });
  it('a log that another process serves', async () => {
    await using store = await openSqliteStore(folder, { owner: 'test' });
    await store.create(IDENTITY);
    expect(found()).toEqual(LOG);
  });
  it('a file that is no database is refused with what to do', () => {
    writeFileSync(join(folder, 'stele.db'), 'not a database, and longer than the header of one'.repeat(100));
    expect(() => found()).toThrow(StoreRefused);
    expect(() => found()).toThrow(/stele\.db is damaged: it is no database.*put back the newest copy/);
  });
  it('a database of something else is refused', () => {
    const db = new Database(join(folder, 'stele.db'));
    db.exec('CREATE TABLE other (a); PRAGMA user_version = 2');
    db.close();
    expect(() => found()).toThrow(
      /stele\.db is the database of another program \(application id 0, the tables other\)/,
    );
  });
  it('a database of a newer version is refused', () => {
    const db = new Database(join(folder, 'stele.db'));
    db.pragma('user_version = 1000');
    db.close();
    expect(() => found()).toThrow('stele.db has format 1000 and this version knows');
  });
});
