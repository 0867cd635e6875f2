import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { packBodies } from '../../merkle/entry-bundle.ts';
import { logIndex } from '../../merkle/types.ts';
import { WHOLE_BUNDLE_BYTES } from '../../storage/entries.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { EntryTable } from '../../storage/engines/sqlite/rows/entry-table.ts';
import { commitOf, entryAt, IDENTITY } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test', runRecords: 500 }));

/** 2 MB of bodies in commits of 1, 50, 100 and 105 entries. */
const BODY = 9000;
const bodyAt = (index: number): Uint8Array => new Uint8Array(BODY).fill(index % 256);
const COMMITS = [0, 1, 51, 151, 256];

beforeEach(async () => {
  await store.now().create(IDENTITY);
  for (const [i, from] of COMMITS.slice(0, -1).entries()) {
    const count = (COMMITS[i + 1] ?? 0) - from;
    const entries = Array.from({ length: count }, (_, at) => entryAt(from + at, { body: bodyAt(from + at) }));
    await store.now().commit(commitOf(from, entries));
  }
});

/** Rows of entries that SQLite was asked for by `look`, in a table that keeps none of them. */
function rowsReadBy(look: (entries: EntryTable) => void): number {
  const statements: unknown[] = [];
  const verbose = (statement?: unknown): void => void statements.push(statement);
  const db = new Database(join(store.folder(), 'stele.db'), { readonly: true, verbose });
  try {
    const entries = new EntryTable(db, 0);
    entries.bundle(0, 256);
    statements.length = 0;
    look(entries);
    return statements.filter((text) => String(text).includes('SELECT packed FROM batch')).length;
  } finally {
    db.close();
  }
}

const plain = packBodies(Array.from({ length: 256 }, (_, index) => bodyAt(index)));

describe('sqlite: a bundle of more than 256 KiB', () => {
  it('whose entries are in rows of commits is read a row at a time, each once', () => {
    expect(plain.length).toBeGreaterThan(WHOLE_BUNDLE_BYTES);
    const read = rowsReadBy((entries) => {
      const { encoding, length, largestPiece, pieces } = entries.bundle(0, 256);
      const found = [...pieces()];
      expect([encoding, length, found.length]).toEqual(['identity', plain.length, 3]);
      expect(Math.max(...found.map((piece) => piece.length))).toBeLessThanOrEqual(largestPiece);
      expect(Buffer.concat(found).equals(plain)).toBe(true);
    });
    expect(read).toBe(4);
  });

  it('whose entries are in rows of commits says its length without reading them again', () => {
    expect(rowsReadBy((entries) => expect(entries.bundle(0, 200).length).toBe(200 * (2 + BODY)))).toBe(0);
  });

  it('is read no further than it is asked for', () => {
    expect(rowsReadBy((entries) => void entries.bundle(0, 256).pieces()[Symbol.iterator]().next())).toBe(2);
  });

  it('that is compressed says its length without being read', async () => {
    for (let i = 0; i < 3; i += 1) await store.now().compact();
    const bundle = await store.now().bundle(0, 256);
    expect([bundle.encoding, bundle.plainLength]).toEqual(['gzip', plain.length]);
  });

  it('that is compressed gives each entry, inflated beside the thread, and no other in its place', async () => {
    for (let i = 0; i < 3; i += 1) await store.now().compact();
    const all = Array.from({ length: 256 }, (_, index) => index);
    const read = await Promise.all(all.map((index) => store.now().entry(logIndex(index))));
    expect(read.map((entry) => entry?.body)).toEqual(all.map((index) => Buffer.from(bodyAt(index))));
  });

  it('that is compressed and damaged is said to be', async () => {
    for (let i = 0; i < 3; i += 1) await store.now().compact();
    const db = new Database(join(store.folder(), 'stele.db'));
    const cut = db.prepare('UPDATE bundle_piece SET gzip = zeroblob(length(gzip))').run();
    db.close();
    expect(cut.changes).toBeGreaterThan(0);
    await expect(store.now().entry(logIndex(40))).rejects.toThrow(/damaged/);
  });
});
