import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { growth } from './commits.ts';

const open = (folder: string) => openSqliteStore(folder, { owner: 'a test', runRecords: 200 });

let whole = '';
let folder = '';
/** Commits of 50 entries: the first 300 are in three runs, the last 50 in none. */
beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'stele-joined-'));
  await using store = await open(whole);
  for (let at = 0; at < 350; at += 50) await store.commit(growth(at, at + 50));
  await store.tidy();
});
afterAll(() => rmSync(whole, { recursive: true, force: true }));
beforeEach(() => cpSync(whole, (folder = mkdtempSync(join(tmpdir(), 'stele-joined-'))), { recursive: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const damages = [
  [
    'the first row behind the last run is gone',
    'DELETE FROM batch WHERE first = 300',
    /end at 300, and the newest head is of 350/,
  ],
  [
    'the last run is gone, and the rows it was made of',
    'DELETE FROM run WHERE first = 200; DELETE FROM batch WHERE first = 200',
    /end at 200, and the next that there are begin at 250/,
  ],
  [
    'a run between others is gone',
    'DELETE FROM run WHERE first = 100',
    /no run of the search index begins with entry 100/,
  ],
  [
    'rows stand behind the newest head',
    'DELETE FROM head WHERE size = 350',
    /end at 350, and the newest head is of 300/,
  ],
] as const;

describe('sqlite: a start is refused', () => {
  it.each(damages)('where %s', async (_what, sql, says) => {
    const db = new Database(join(folder, 'stele.db'));
    db.exec(sql);
    db.close();
    const refusal = await open(folder).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(refusal?.message).toMatch(says);
    expect([refusal?.name, refusal && 'code' in refusal]).toEqual([StoreRefused.name, true]);
  });

  it('not where everything is there', async () => {
    await using store = await open(folder);
    expect((await store.head())?.size).toBe(350);
  });
});
