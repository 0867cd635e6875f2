import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import type { SearchKey } from '../../entries/kind.ts';
import { logIndex } from '../../merkle/types.ts';
import { openWriting, prepareDatabase } from '../../storage/engines/sqlite/connection.ts';
import { keyPrefix, leafPrefix, packKeys } from '../../storage/engines/sqlite/key-list.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { migrations } from '../../storage/engines/sqlite/schema.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { commitOf, entryAt, growth, IDENTITY } from './commits.ts';
import { expectSize, useStore } from './contract.ts';

const store = useStore((folder) => openSqliteStore(folder, 'the first test'));

/** Lets `change` at the database while nobody holds it. */
function reopenedAfter(change: (db: Database.Database) => void) {
  return store.again(() => {
    const db = new Database(join(store.folder(), 'stele.db'));
    change(db);
    db.close();
  });
}

const leafKey = (text: string): SearchKey => ({ source: 'leaf', text });

describe('sqlite: what the index says is confirmed', () => {
  it('a candidate whose list does not hold the key is no hit', async () => {
    await store.now().commit(growth(0, 4));
    const now = await reopenedAfter((db) => {
      const plant = db.prepare('INSERT INTO lookup VALUES (?, ?)');
      for (const index of [0, 3]) plant.run(keyPrefix('entry:2'), index);
    });
    expect(await now.indexesOf(['entry:2'], logIndex(0), 10)).toEqual([2]);
    expect(await now.indexesOf(['entry:2'], logIndex(0), 1)).toEqual([2]);
  });
  it('a candidate whose body is another leaf is not taken for it', async () => {
    await store.now().commit(growth(0, 4));
    const now = await reopenedAfter((db) => {
      const plant = db.prepare('INSERT INTO leaf VALUES (?, ?)');
      for (const index of [0, 3, 4]) plant.run(leafPrefix(entryAt(2).leafHash), index);
    });
    expect(await now.locate(entryAt(2).leafHash)).toBe(2);
  });
});

describe('sqlite: a damaged list of keys is reported, never read', () => {
  const damages: readonly { readonly damage: string; readonly change: (db: Database.Database) => void }[] = [
    {
      damage: 'a flipped bit',
      change: (db) => {
        const packed = db.prepare<[], Buffer>('SELECT packed FROM entry_keys WHERE idx = 1').pluck().get();
        if (packed) packed[4] = (packed[4] ?? 0) ^ 1;
        db.prepare('UPDATE entry_keys SET packed = ? WHERE idx = 1').run(packed);
      },
    },
    { damage: 'a list cut short', change: (db) => db.exec('UPDATE entry_keys SET packed = substr(packed, 1, 9)') },
    { damage: 'an empty blob', change: (db) => db.exec("UPDATE entry_keys SET packed = x''") },
    {
      damage: 'the list of another entry',
      change: (db) =>
        db.prepare('UPDATE entry_keys SET packed = ? WHERE idx = 1').run(packKeys(0, [leafKey('entry:1')])),
    },
  ];
  for (const { damage, change } of damages) {
    it(damage, async () => {
      await store.now().commit(growth(0, 3));
      const now = await reopenedAfter(change);
      await expect(now.searchKeys([logIndex(1)])).rejects.toThrow('the search keys of entry 1 are damaged');
      await expect(now.indexesOf(['entry:1'], logIndex(0), 10)).rejects.toThrow('entry 1 are damaged');
    });
  }
  it('a list that is gone', async () => {
    await store.now().commit(growth(0, 3));
    const now = await reopenedAfter((db) => db.exec('DELETE FROM entry_keys WHERE idx = 1'));
    await expect(now.indexesOf(['entry:1'], logIndex(0), 10)).rejects.toThrow('entry 1 has no list of search keys');
  });
});

describe('sqlite: key lists', () => {
  it('hold keys as long as 65,535 bytes, and no keys at all', async () => {
    const keys = [leafKey('x'.repeat(65_535)), leafKey(''), { source: 'payload', text: 'é'.repeat(32_767) } as const];
    await store.now().commit(commitOf(0, [entryAt(0, { keys }), entryAt(1, { keys: [] })]));
    expect(await store.now().searchKeys([logIndex(0), logIndex(1)])).toEqual([keys, []]);
  });
  it('keep nothing of an entry with a key that is longer', async () => {
    const keys = [leafKey('x'.repeat(65_536))];
    await expect(store.now().commit(commitOf(0, [entryAt(0, { keys })]))).rejects.toThrow(/65535|65_535/);
    expect(await store.now().entry(logIndex(0))).toBeUndefined();
  });
});

describe('sqlite: every head is kept', () => {
  it('one row a commit', async () => {
    for (const size of [1, 2, 3]) await store.now().commit(growth(size - 1, size));
    await store.now().commit(growth(3, 7));
    let sizes: readonly number[] = [];
    await reopenedAfter((db) => void (sizes = db.prepare<[], number>('SELECT size FROM head').pluck().all()));
    expect(sizes).toEqual([1, 2, 3, 7]);
  });
});

describe('sqlite: the format of the folder', () => {
  const LATER = [...migrations, "CREATE TABLE later (x INTEGER) STRICT; UPDATE identity SET origin = 'moved.test'"];

  it('is brought up to this version once, and keeps what is there', async () => {
    await store.now().create(IDENTITY);
    await store.now().commit(growth(0, 3));
    const now = await reopenedAfter((db) => {
      prepareDatabase(db, LATER);
      prepareDatabase(db, LATER);
      expect(db.pragma('user_version', { simple: true })).toBe(LATER.length);
      db.exec('DROP TABLE later');
      db.pragma(`user_version = ${migrations.length}`);
    });
    expect((await now.identity())?.origin).toBe('moved.test');
    await expectSize(now, 3);
  });
  it('stays as it was when a step fails', async () => {
    await store.now().create(IDENTITY);
    const now = await reopenedAfter((db) => {
      expect(() => prepareDatabase(db, [...LATER, 'INSERT INTO nowhere VALUES (1)'])).toThrow(/nowhere/);
      expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
      expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'later'").get()).toBeUndefined();
    });
    expect((await now.identity())?.origin).toBe(IDENTITY.origin);
  });
  it('is refused when a newer version wrote it', async () => {
    let refusal: unknown;
    await reopenedAfter((db) => {
      prepareDatabase(db, LATER);
      try {
        prepareDatabase(db);
      } catch (error) {
        refusal = error;
      }
      db.pragma(`user_version = ${migrations.length}`);
    });
    expect(refusal).toBeInstanceOf(StoreRefused);
    expect(String(refusal)).toContain(
      `format ${LATER.length} and this version knows ${migrations.length}: start the newer version that wrote it`,
    );
  });
});

describe('sqlite: one writer', () => {
  it('a folder that is held is refused, and its holder named', async () => {
    const second = openSqliteStore(store.folder(), 'the second test');
    await expect(second).rejects.toBeInstanceOf(StoreRefused);
    await expect(second).rejects.toThrow(/is in use by another process \(the first test\): stop that one first/);
    await store.now().commit(growth(0, 1));
    await expectSize(store.now(), 1);
  });
  it('writes so that a commit outlives the power supply', async () => {
    await store.again(() => {
      const db = openWriting(store.folder());
      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(db.pragma('mmap_size', { simple: true })).toBe(0);
      db.close();
    });
  });
  it('a store that is closed takes nothing more', async () => {
    const closed = store.now();
    await store.again();
    await expect(closed.commit(commitOf(0, [entryAt(0, { body: utf8('late') })]))).rejects.toThrow('writer thread');
    expect(await store.now().head()).toBeUndefined();
  });
});
