import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { entryAt, growth, indexesOf } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

const SIZE = 3000;
const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test', runRecords: 500 }));

/** Threads of this process. */
const threads = (): number => readdirSync('/proc/self/task').length;

/** Looks at the database with a connection of its own. */
function look(sql: string): unknown {
  const db = new Database(join(store.folder(), 'stele.db'), { readonly: true });
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}

describe('sqlite: the shard of a log that has ended', () => {
  it('has every entry in a run and every whole bundle made, and leaves no WAL', async () => {
    for (let at = 0; at < SIZE; at += 100) await store.now().commit(growth(at, at + 100));
    await store.now().finalize();
    expect(look('SELECT max(last) FROM run')).toBe(SIZE);
    expect(look('SELECT count(*) FROM bundle_piece')).toBe(8 * Math.floor(SIZE / 256));
    expect(look('SELECT count(*) FROM run_doomed')).toBe(0);
    expect(look('SELECT count(DISTINCT place / 268435456) FROM run_part')).toBe(look('SELECT count(*) FROM run'));
    expect(statSync(join(store.folder(), 'stele.db-wal')).size).toBe(0);
    for (const index of [0, 1, 1234, SIZE - 1])
      expect(await indexesOf(store.now(), [`entry:${index}`], 0, 9)).toEqual([index]);
  });

  it('gives its threads back', async () => {
    await store.now().commit(growth(0, 10));
    const before = threads();
    await store.now().finalize();
    expect(threads()).toBe(before - 2);
    expect(await store.now().locate(entryAt(3).leafHash)).toBe(3);
  });
});
