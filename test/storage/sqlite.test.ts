import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { packSearchKeys } from '../../entries/search-key-list.ts';
import type { SearchKey } from '../../entries/search-key-list.ts';
import { logIndex } from '../../merkle/types.ts';
import { openWriting, prepareDatabase } from '../../storage/engines/sqlite/file/connection.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { packBatch } from '../../storage/engines/sqlite/rows/batch-row.ts';
import { withChecksum } from '../../storage/engines/sqlite/rows/checksum.ts';
import { migrations } from '../../storage/engines/sqlite/file/schema.ts';
import { Fingerprints } from '../../storage/search-index/fingerprints.ts';
import { StoreRefused } from '../../storage/failures.ts';
import { commitOf, entryAt, growth, IDENTITY, indexesOf } from './conformance/commits.ts';
import { expectSize, useStore } from './conformance/fixture.ts';

const store = useStore((folder) => openSqliteStore(folder, { owner: 'the first test' }));

/** Lets `change` at the database while nobody holds it. */
function reopenedAfter(change: (db: Database.Database) => void) {
  return store.again(() => {
    const db = new Database(join(store.folder(), 'stele.db'));
    change(db);
    db.close();
  });
}

const leafKey = (text: string): SearchKey => ({ source: 'leaf', text });

/** Returns the row of the commit that began at `first`. */
function rowOf(db: Database.Database, first: number): Buffer {
  const row = db.prepare<[number], Buffer>('SELECT packed FROM batch WHERE first = ?').pluck().get(first);
  if (row === undefined) throw new Error(`no row begins at ${first}`);
  return row;
}

function replaceRow(db: Database.Database, first: number, row: Uint8Array): void {
  db.prepare('UPDATE batch SET packed = ? WHERE first = ?').run(row, first);
}

describe('sqlite: what the index says is confirmed', () => {
  it('an entry whose fingerprint fits and whose keys do not is no hit', async () => {
    // Among so many texts two have the fingerprint of one entry's key: one in 2^29 for each pair.
    let secret = new Uint8Array();
    await reopenedAfter((db) => {
      secret = new Uint8Array(db.prepare<[], Buffer>('SELECT secret FROM index_secret').pluck().get() ?? []);
    });
    const [one, other] = twoAlike(new Fingerprints(secret));
    await store.now().commit(
      commitOf(
        0,
        [one, 'none', other, one].map((text, i) => entryAt(i, { keys: [leafKey(text)] })),
      ),
    );
    for (const open of [store.now, store.again]) {
      const now = await open();
      expect(await indexesOf(now, [one], 0, 10)).toEqual([0, 3]);
      expect(await indexesOf(now, [other], 0, 10)).toEqual([2]);
      expect(await indexesOf(now, [other], 0, 1)).toEqual([2]);
      expect(await now.locate(entryAt(2).leafHash)).toBe(2);
    }
  });
});

/** Two texts with one fingerprint, which takes the secret to find. */
function twoAlike(fingerprints: Fingerprints): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; ; i += 1) {
    const text = `text ${i}`;
    const print = fingerprints.ofKey(text);
    const other = seen.get(print);
    if (other !== undefined) return [other, text];
    seen.set(print, text);
  }
}

describe('sqlite: a damaged row is reported, never read', () => {
  const flipped = (row: Buffer, at: number): Buffer => {
    const copy = Buffer.from(row);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const damages: readonly { readonly damage: string; readonly change: (db: Database.Database) => void }[] = [
    ...[0, 5, 40, 120].map((at) => {
      return {
        damage: `bit ${8 * at}`,
        change: (db: Database.Database) => replaceRow(db, 0, flipped(rowOf(db, 0), at)),
      };
    }),
    { damage: 'a row cut short', change: (db) => replaceRow(db, 0, rowOf(db, 0).subarray(0, -1)) },
    { damage: 'an empty row', change: (db) => replaceRow(db, 0, new Uint8Array()) },
    { damage: 'the row of another commit', change: (db) => replaceRow(db, 0, rowOf(db, 3)) },
  ];
  for (const { damage, change } of damages) {
    it(damage, async () => {
      await store.now().commit(growth(0, 3));
      await store.now().commit(growth(3, 6));
      await expect(reopenedAfter(change)).rejects.toThrow('the row of the entries from 0 on is damaged');
      await reopenedAfter((db) =>
        replaceRow(
          db,
          0,
          withChecksum(
            0,
            packBatch(
              [0, 1, 2].map((i) => entryAt(i)),
              [],
            ),
          ),
        ),
      );
      await expectSize(store.now(), 6);
    });
  }
});

describe('sqlite: key lists', () => {
  it('hold keys as long as 65,535 bytes, and no keys at all', async () => {
    const keys = [leafKey('x'.repeat(65_535)), leafKey(''), { source: 'payload', text: 'é'.repeat(32_767) } as const];
    await store.now().commit(commitOf(0, [entryAt(0, { keys }), entryAt(1, { keys: [] })]));
    expect(await store.now().searchKeys([logIndex(0), logIndex(1)])).toEqual([keys, []]);
  });
  it('are not made of a key that is longer', () => {
    expect(() => packSearchKeys([leafKey('x'.repeat(65_536))])).toThrow(
      'a search key has at most 65535 bytes, not 65536',
    );
    expect(() => packSearchKeys([leafKey('é'.repeat(32_768))])).toThrow(RangeError);
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
  const LATER_MIGRATIONS = [...migrations, 'CREATE TABLE later (x INTEGER) STRICT; INSERT INTO later VALUES (1)'];

  it('is brought up to this version once, and keeps what is there', async () => {
    await store.now().create(IDENTITY);
    await store.now().commit(growth(0, 3));
    const now = await reopenedAfter((db) => {
      prepareDatabase(db, LATER_MIGRATIONS);
      prepareDatabase(db, LATER_MIGRATIONS);
      expect(db.pragma('user_version', { simple: true })).toBe(LATER_MIGRATIONS.length);
      expect(db.prepare<[], number>('SELECT count(*) FROM later').pluck().get()).toBe(1);
      db.exec('DROP TABLE later');
      db.pragma(`user_version = ${migrations.length}`);
    });
    expect(await now.identity()).toEqual(IDENTITY);
    await expectSize(now, 3);
  });
  it('stays as it was when a step fails', async () => {
    await store.now().create(IDENTITY);
    const now = await reopenedAfter((db) => {
      expect(() => prepareDatabase(db, [...LATER_MIGRATIONS, 'INSERT INTO nowhere VALUES (1)'])).toThrow(/nowhere/);
      expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
      expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'later'").get()).toBeUndefined();
    });
    expect((await now.identity())?.origin).toBe(IDENTITY.origin);
  });
  it('is refused when a newer version wrote it', async () => {
    let refusal: unknown;
    await reopenedAfter((db) => {
      prepareDatabase(db, LATER_MIGRATIONS);
      try {
        prepareDatabase(db);
      } catch (error) {
        refusal = error;
      }
      db.pragma(`user_version = ${migrations.length}`);
    });
    expect(refusal).toBeInstanceOf(StoreRefused);
    expect(String(refusal)).toContain(
      `format ${LATER_MIGRATIONS.length} and this version knows ${migrations.length}: start the newer version that wrote it`,
    );
  });
});

describe('sqlite: one writer', () => {
  it('a folder that is held is refused, and its holder named', async () => {
    const second = openSqliteStore(store.folder(), { owner: 'the second test' });
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
