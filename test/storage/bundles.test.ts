import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { unpackSearchKeys } from '../../entries/search-key-list.ts';
import { logIndex } from '../../merkle/types.ts';
import type { LogStore } from '../../storage/contract.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { commitOf, hashKeyOf, indexesOf, leafTiles, storedOf, variedEntryAt as entry } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

const RUN_RECORDS = 500;
const said: string[] = [];
const announce = (sentence: string): void => void said.push(sentence);
const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test', announce, runRecords: RUN_RECORDS }));

/** Commits of 1 to 47 entries up to `size`. */
async function grow(now: LogStore, from: number, size: number): Promise<void> {
  for (let at = from, step = 1; at < size; step = (step % 47) + 1) {
    const to = Math.min(size, at + step);
    await now.commit(
      commitOf(
        at,
        Array.from({ length: to - at }, (_, i) => entry(at + i)),
        leafTiles(at, to, entry),
      ),
    );
    at = to;
  }
}

/** Merges, then what merging leaves behind, then bundles. */
async function tidied(now: LogStore): Promise<void> {
  for (let i = 0; i < 3; i += 1) await now.compact();
}

async function expectAll(now: LogStore, size: number): Promise<void> {
  for (let index = 0; index < size; index += 1) {
    const expected = entry(index);
    const found = await now.entry(expected.index);
    expect(found && storedOf(found)).toEqual(storedOf(expected));
    expect(await now.locate(expected.leafHash)).toBe(index);
    expect(await now.findDuplicate(expected.leafHash)).toBe(index);
    expect(await indexesOf(now, [hashKeyOf(index).toUpperCase()], 0, 9)).toEqual([index]);
  }
  const thirds = Array.from({ length: Math.ceil(size / 3) }, (_, i) => 3 * i);
  expect(await indexesOf(now, ['every third'], 0, size)).toEqual(thirds);
  const lists = await now.searchKeys([0, 1, size - 1].map(logIndex));
  expect(lists).toEqual([0, 1, size - 1].map((index) => unpackSearchKeys(entry(index).searchKeys.packed)));
  expect(await now.entry(logIndex(size))).toBeUndefined();
}

/** Looks at the database, or changes it, while nobody holds it. */
async function withDatabase<T>(look: (db: Database.Database) => T): Promise<T> {
  let result: T | undefined;
  await store.again(() => {
    const db = new Database(join(store.folder(), 'stele.db'));
    result = look(db);
    db.close();
  });
  return result as T;
}

const count = (table: string) => (db: Database.Database) =>
  db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get();

beforeEach(() => void (said.length = 0));

describe('sqlite: entries move from the rows of their commits into bundles', () => {
  it('and nothing that is asked of them changes', async () => {
    await grow(store.now(), 0, 1500);
    await expectAll(store.now(), 1500);
    await tidied(store.now());
    await expectAll(store.now(), 1500);
    await expectAll(await store.again(), 1500);
    await grow(store.now(), 1500, 2200);
    await tidied(store.now());
    await expectAll(store.now(), 2200);
  });

  it('each 256 of them as one gzip stream of what C2SP serves, and their old rows are gone', async () => {
    await grow(store.now(), 0, 1500);
    await tidied(store.now());
    const pieces = await withDatabase((db) =>
      db.prepare<[], Buffer>('SELECT gzip FROM bundle_piece ORDER BY place').pluck().all(),
    );
    const rows = Array.from({ length: pieces.length / 8 }, (_, i) => Buffer.concat(pieces.slice(8 * i, 8 * i + 8)));
    expect(rows.length).toBeGreaterThan(3);
    for (const [number, gzip] of rows.entries()) {
      const bodies = Array.from({ length: 256 }, (_, i) => Buffer.from(entry(256 * number + i).body));
      const expected = bodies.flatMap((body) => [Buffer.from([body.length >> 8, body.length & 255]), body]);
      expect(gunzipSync(gzip).equals(Buffer.concat(expected))).toBe(true);
    }
    const left = await withDatabase((db) => db.prepare<[], number>('SELECT min(first) FROM batch').pluck().get());
    expect(left).toBeLessThanOrEqual(256 * rows.length);
    expect(left).toBeGreaterThan(256 * (rows.length - 1));
    expect(await withDatabase(count('bundle_group'))).toBe(64 * rows.length);
  });

  it('also those that the index has in no run yet, which a start finds again in bundles', async () => {
    await grow(store.now(), 0, 520);
    await tidied(store.now());
    expect(await withDatabase(count('bundle_piece'))).toBe(16);
    await expectAll(store.now(), 520);
    await withDatabase((db) => db.exec('DELETE FROM run'));
    await expectAll(store.now(), 520);
  });
});

/** Leaves the bundles as format 2 had them. */
function toFormat2(db: Database.Database): void {
  db.exec('CREATE TABLE bundle (number INTEGER PRIMARY KEY, gzip BLOB NOT NULL) STRICT');
  const pieces = db.prepare<[], Buffer>('SELECT gzip FROM bundle_piece ORDER BY place').pluck().all();
  const add = db.prepare('INSERT INTO bundle VALUES (?, ?)');
  for (let at = 0; at < pieces.length; at += 8) add.run(at / 8, Buffer.concat(pieces.slice(at, at + 8)));
  db.exec('DROP TABLE bundle_piece; DROP TABLE witness_claim; DROP TABLE journal_holder; DROP TABLE run_doubted');
  db.exec('DROP TABLE piece_sum; DROP TABLE index_secret; DROP TABLE tile_sum; ALTER TABLE run DROP COLUMN checksum');
  for (const table of ['identity', 'head', 'cosignature', 'frozen', 'witnessed'])
    db.exec(`ALTER TABLE ${table} DROP COLUMN checksum`);
  db.pragma('user_version = 2');
}

const allPieces = (db: Database.Database) =>
  db.prepare<[]>('SELECT place, start, gzip FROM bundle_piece ORDER BY place').all();

describe('sqlite: bundles of format 2, a row each, are cut into pieces', () => {
  it('as if they had been written so', async () => {
    await grow(store.now(), 0, 1500);
    await tidied(store.now());
    const pieces = await withDatabase(allPieces);
    expect(pieces.length).toBeGreaterThan(24);
    expect(said).toEqual([]);
    await withDatabase(toFormat2);
    expect(said).toEqual([expect.stringMatching(/^brings \/\S+ from format 2 to \d+, which may take minutes$/)]);
    await expectAll(store.now(), 1500);
    expect(await withDatabase(allPieces)).toEqual(pieces);
  });

  it.each([
    ['what a piece begins with', '80, 81'],
    ['keys that the index is made of', '80'],
  ])('unless %s is damaged: then the log does not start, and is what it was', async (_what, places) => {
    await grow(store.now(), 0, 1500);
    await tidied(store.now());
    const folder = store.folder();
    const damaged = withDatabase((db) => {
      toFormat2(db);
      db.exec(`UPDATE bundle_group SET packed = x'00' WHERE place IN (${places})`);
    });
    await expect(damaged).rejects.toThrow('what is kept of the entries from 320 on is damaged');
    const db = new Database(join(folder, 'stele.db'), { readonly: true });
    expect(db.pragma('user_version', { simple: true })).toBe(2);
    expect(count('bundle')(db)).toBeGreaterThan(3);
    db.close();
  });
});

describe('sqlite: damage to what was moved is reported, never read', () => {
  const damages: readonly (readonly [string, string, RegExp])[] = [
    [
      'the row of a group',
      "UPDATE bundle_group SET packed = x'00' WHERE place = 8",
      /what is kept of entry 33 is damaged/,
    ],
    [
      'a group in the place of another',
      'UPDATE bundle_group SET packed = (SELECT packed FROM bundle_group WHERE place = 9) WHERE place = 8',
      /what is kept of entry 33 is damaged/,
    ],
    ['a piece of a bundle', 'UPDATE bundle_piece SET gzip = zeroblob(length(gzip)) WHERE place = 1', /./],
    ['an attestation', 'PRAGMA foreign_keys = off; DELETE FROM attestation', /the attestation of entry 7 is missing/],
  ];
  for (const [what, sql, message] of damages) {
    it(what, async () => {
      await grow(store.now(), 0, 1200);
      await tidied(store.now());
      await withDatabase((db) => db.exec(sql));
      await expect(store.now().entry(logIndex(message.source.includes('entry 7') ? 7 : 33))).rejects.toThrow(message);
      const other = await store.now().entry(logIndex(1100));
      expect(other && storedOf(other)).toEqual(storedOf(entry(1100)));
    });
  }
});
