import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { entryAt, growth, indexesOf } from './conformance/commits.ts';

const said: string[] = [];
const damaged = (sentence: string): void => void said.push(sentence);
const open = (folder: string) => openSqliteStore(folder, { owner: 'a test', damaged, runRecords: 200 });

let whole = '';
let folder = '';
/** Commits of 50 entries: the first 300 are in three runs, the last 50 in none. */
beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'stele-joined-'));
  await using store = await open(whole);
  for (let at = 0; at < 350; at += 50) {
    await store.commit(growth(at, at + 50));
    await store.compact();
  }
});
afterAll(() => rmSync(whole, { recursive: true, force: true }));
beforeEach(() => void (said.length = 0));
beforeEach(() => cpSync(whole, (folder = mkdtempSync(join(tmpdir(), 'stele-joined-'))), { recursive: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = [
  [
    'the first row behind the last run is gone',
    'DELETE FROM batch WHERE first = 300',
    /end at 300, and the newest head is of 350/,
  ],
  [
    'the last run is gone, and a row it was made of',
    'DELETE FROM run WHERE first = 200; DELETE FROM batch WHERE first = 250',
    /end at 256, and the next that there are begin at 300/,
  ],
  [
    'rows stand behind the newest head',
    'DELETE FROM head WHERE size = 350',
    /end at 350, and the newest head is of 300/,
  ],
] as const;

const made = [
  [
    'a run between others is gone',
    'DELETE FROM run WHERE first = 100',
    [/no run of the search index begins with entry 100;/],
  ],
  ['the last run is gone', 'DELETE FROM run WHERE first = 200', []],
  [
    'the row of a run is damaged',
    'UPDATE run SET last = 150 WHERE first = 100',
    [/run \d+ of the search index, of the entries from 100 on, is damaged;/],
  ],
  [
    'the fence of a run is damaged',
    'UPDATE run SET fence = zeroblob(length(fence)) WHERE first = 0',
    [/of the entries from 0 on, is damaged;/],
  ],
  [
    'a filter is damaged',
    'UPDATE run_filter SET bits = zeroblob(length(bits)) WHERE rowid = (SELECT max(place) FROM run_filter)',
    [/of the entries from 200 on, is damaged;/],
  ],
  ['a filter is gone', 'DELETE FROM run_filter', [/of the entries from 0 on, is damaged;/]],
  [
    'a part was found damaged',
    'INSERT INTO run_doubted SELECT id FROM run WHERE first = 100',
    [/of the entries from 100 on, is damaged;/],
  ],
] as const;

function change(sql: string): void {
  const db = new Database(join(folder, 'stele.db'));
  db.exec(sql);
  db.close();
}

describe('sqlite: a start is refused', () => {
  it.each(refused)('where %s', async (_what, sql, says) => {
    change(sql);
    const refusal = await open(folder).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(refusal?.message).toMatch(says);
    expect([refusal?.name, refusal && 'code' in refusal]).toEqual([StoreRefused.name, true]);
  });

  it('not where everything is there', async () => {
    await expectAll();
    expect(said).toEqual([]);
  });
});

describe('sqlite: a start makes the index again', () => {
  it.each(made)('where %s', async (_what, sql, says) => {
    change(sql);
    await expectAll();
    expect(said.splice(0)).toEqual(says.map((one) => expect.stringMatching(one) as unknown));
    await expectAll();
    expect(said).toEqual([]);
  });
});

async function expectAll(): Promise<void> {
  await using store = await open(folder);
  expect((await store.head())?.size).toBe(350);
  for (const index of [0, 99, 100, 199, 200, 299, 300, 349]) {
    expect(await store.locate(entryAt(index).leafHash)).toBe(index);
    expect(await indexesOf(store, [`entry:${index}`], 0, 9)).toEqual([index]);
  }
}
