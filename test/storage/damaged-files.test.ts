import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { logIndex } from '../../merkle/types.ts';
import { inspectDatabase } from '../../storage/engines/sqlite/inspect.ts';
import { openSqliteReading } from '../../storage/engines/sqlite/open-reading.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { growth, IDENTITY } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test', runRecords: 128 }));
const file = (): string => join(store.folder(), 'stele.db');

beforeEach(async () => {
  await store.now().create(IDENTITY);
  await store.now().commit(growth(0, 300));
  await store.now().commit(growth(300, 600));
  await store.now().compact();
  await store.now()[Symbol.asyncDispose]();
});

const PAGE = 4096;

/** Fills the first page of a table with what is no page. */
function garble(table: string): void {
  const db = new Database(file(), { readonly: true });
  const page = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table) as number;
  db.close();
  const handle = openSync(file(), 'r+');
  writeSync(handle, randomBytes(PAGE), 0, PAGE, (page - 1) * PAGE);
  closeSync(handle);
}

function replaceBy(statements: string): void {
  rmSync(file());
  const db = new Database(file());
  db.exec(statements);
  db.close();
}

const DAMAGED_SENTENCE = 'stele.db is damaged: ';
const FOREIGN_SENTENCE = 'stele.db is the database of another program (';

const DAMAGES: readonly (readonly [string, () => void, string])[] = [
  ['bytes that are no database', () => writeFileSync(file(), randomBytes(100_000)), DAMAGED_SENTENCE],
  ['a text', () => writeFileSync(file(), 'hello '.repeat(1000)), DAMAGED_SENTENCE],
  ['half of itself', () => truncateSync(file(), Math.floor(statSync(file()).size / 2)), DAMAGED_SENTENCE],
  ['its first page only', () => truncateSync(file(), PAGE), DAMAGED_SENTENCE],
  ['a table of heads that is no table', () => garble('head'), DAMAGED_SENTENCE],
  ['an identity that is no table', () => garble('identity'), DAMAGED_SENTENCE],
  ['the database of another program', () => replaceBy('CREATE TABLE notes (text TEXT)'), FOREIGN_SENTENCE],
  [
    'one of a format that it counts itself',
    () => replaceBy('CREATE TABLE notes (a); PRAGMA user_version = 3'),
    FOREIGN_SENTENCE,
  ],
  [
    'one that says who made it',
    () => replaceBy('CREATE TABLE head (a); CREATE TABLE identity (a); PRAGMA application_id = 7'),
    FOREIGN_SENTENCE,
  ],
  ['a folder', () => (rmSync(file()), mkdirSync(file())), 'stele.db: it is a folder, and a file is needed there'],
  ['a newer format', () => formatTo(1000), 'stele.db has format 1000 and this version knows '],
];

function formatTo(format: number): void {
  const db = new Database(file());
  db.pragma(`user_version = ${format}`);
  db.close();
}

/** Returns the refusal of a use of the folder. */
async function refusalOf(use: () => unknown): Promise<string> {
  try {
    await use();
  } catch (error) {
    return error instanceof StoreRefused ? error.message : `not refused, but ${String(error)}`;
  }
  return 'not refused';
}

async function read(): Promise<void> {
  using reading = openSqliteReading(store.folder());
  await reading.identity();
  await reading.head();
}

async function open(): Promise<void> {
  await using opened = await openSqliteStore(store.folder(), { owner: 'a test' });
  await opened.identity();
  await opened.head();
}

describe('sqlite: a stele.db that is not as it was written', () => {
  it.each(DAMAGES)('%s is refused with its path and what to do', async (_what, damage, says) => {
    damage();
    const before = statSync(file()).isFile() ? readFileSync(file()) : undefined;
    for (const use of [() => inspectDatabase(store.folder()), read, open]) {
      const refusal = await refusalOf(use);
      expect(refusal).toContain(`${store.folder()}/${says}`);
      expect(refusal).toMatch(/stele -- audit|put the log's own file back|EISDIR|newer version/);
      expect(refusal).not.toContain('recover');
    }
    expect(before && readFileSync(file()).equals(before)).toBe(before && true);
  });

  it('is told by who reads an entry of it, with the path', async () => {
    garble('bundle_group');
    using reading = openSqliteReading(store.folder());
    await expect(reading.entry(logIndex(3))).rejects.toThrow(`${file()} is damaged: `);
    expect(() => [...reading.scan(0, 600)]).toThrow(`${file()} is damaged: `);
  });

  it('is told by the thread that writes', async () => {
    garble('run');
    expect(await refusalOf(open)).toContain(`${file()} is damaged: `);
  });
});

describe('sqlite: a lock that is no database', () => {
  it('is refused with its path, and may be removed', async () => {
    writeFileSync(join(store.folder(), 'lock.db'), randomBytes(5000));
    const refusal = await refusalOf(open);
    expect(refusal).toContain(`${join(store.folder(), 'lock.db')} is damaged`);
    expect(refusal).toContain('remove it while no process uses the folder');
  });
});

describe('sqlite: the header of a database', () => {
  it('names this program', () => {
    expect(readFileSync(file()).subarray(68, 72).toString()).toBe('Stel');
  });
});
