import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { logIndex, treeSize } from '../../merkle/types.ts';
import { openSqliteReading } from '../../storage/engines/sqlite/open-reading.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { bundleReads } from '../../storage/engines/sqlite/rows/bundle-table.ts';
import { DamagedStore } from '../../storage/failures.ts';
import { commitOf, headOf, IDENTITY, indexesOf, leafTiles, variedEntryAt as entry } from './conformance/commits.ts';

const SIZE = 700;
const said: string[] = [];
const open = (folder: string) =>
  openSqliteStore(folder, { owner: 'a test', runRecords: 600, damaged: (sentence) => void said.push(sentence) });

let whole = '';
let folder = '';
beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'stele-damage-'));
  await using store = await open(whole);
  await store.create(IDENTITY);
  for (let at = 0; at < SIZE; at += 100) {
    const entries = Array.from({ length: 100 }, (_, i) => entry(at + i));
    await store.commit(commitOf(at, entries, leafTiles(at, at + 100, entry)));
    await store.compact();
  }
  const cosignature = { size: treeSize(SIZE), name: 'w', keyId: utf8('1234'), signature: new Uint8Array(72) };
  await store.cosign([cosignature], undefined);
  await store.hold('heads', { token: 'one', before: 'another' });
  await store.keepClaim({ witness: 'w', size: treeSize(9), says: 'more', at: 5 });
  await store.witness({ origin: 'o', size: treeSize(3), root: headOf(3).root, at: 1, note: 'n' }, undefined);
  await store.freeze({ at: 1, signature: utf8('the end') });
});
afterAll(() => rmSync(whole, { recursive: true, force: true }));
beforeEach(() => {
  said.length = 0;
  cpSync(whole, (folder = mkdtempSync(join(tmpdir(), 'stele-damage-'))), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One bit of a value, and of a number the lowest. */
function flipped(value: unknown, bit: number): unknown {
  if (typeof value === 'number') return value + (value % 2 === 0 ? 1 : -1);
  const bytes = Buffer.from(value as string | Buffer);
  const at = Math.floor(bit / 8) % bytes.length;
  bytes[at] = (bytes[at] as number) ^ (1 << (bit % 7));
  return typeof value === 'string' ? bytes.toString('latin1') : bytes;
}

/** Flips a bit in one column of the row that `where` names. */
function damage(table: string, column: string, where: string, bit = 1000): void {
  const db = new Database(join(folder, 'stele.db'));
  db.pragma('ignore_check_constraints = ON');
  const value = db.prepare<[]>(`SELECT ${column} FROM ${table} WHERE ${where}`).pluck().get();
  expect(db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(flipped(value, bit)).changes).toBe(1);
  db.close();
}

describe('sqlite: of a row in which a bit has changed nothing is read', () => {
  const rows = {
    identity: ['tree_id', 'origin', 'log_id', 'tile_key_id', 'start', 'created', 'v1_key', 'tile_key', 'checksum'],
    head: ['root', 'at', 'signature', 'tile_signature', 'awaits', 'checksum'],
    cosignature: ['name', 'key_id', 'signature', 'checksum'],
    witness_claim: ['witness', 'size', 'at', 'checksum'],
    journal_holder: ['token', 'before', 'checksum'],
    witnessed: ['origin', 'size', 'root', 'at', 'note', 'checksum'],
    frozen: ['at', 'signature', 'checksum'],
  };
  const reads = {
    identity: (reading) => reading.identity(),
    head: (reading) => reading.headAt(treeSize(SIZE)),
    cosignature: (reading) => reading.cosignatures(treeSize(SIZE)),
    witness_claim: (reading) => reading.claims(),
    journal_holder: (reading) => reading.holder('heads'),
    witnessed: (reading) => reading.witnessed(),
    frozen: (reading) => reading.frozen(),
  } as const satisfies Record<string, (reading: ReturnType<typeof openSqliteReading>) => Promise<unknown>>;
  const cases = Object.entries(rows).flatMap(([table, columns]) => columns.map((column) => [table, column] as const));

  it.each(cases)('%s.%s', async (table, column) => {
    const read = reads[table as keyof typeof reads];
    {
      using reading = openSqliteReading(folder);
      expect(await read(reading)).toBeDefined();
    }
    damage(table, column, table === 'head' ? `size = ${SIZE}` : 'true');
    using reading = openSqliteReading(folder);
    await expect(read(reading)).rejects.toThrow(new RegExp(`of the table ${table} is damaged$`));
    await expect(read(reading)).rejects.toBeInstanceOf(DamagedStore);
  });

  it.each([0, 4000, 8 * 16_000, 8 * 16_319])('tile.nodes, bit %i', async (bit) => {
    damage('tile', 'nodes', 'place = 1', bit);
    using reading = openSqliteReading(folder);
    await expect(reading.tiles([{ level: 0, index: 1 }])).rejects.toThrow(/^tile 0\/1 is damaged$/);
    expect(await reading.tiles([{ level: 0, index: 0 }])).toHaveLength(1);
  });

  it('a tile in the place of another, and one without a checksum', async () => {
    const db = new Database(join(folder, 'stele.db'));
    db.exec('UPDATE tile SET nodes = (SELECT nodes FROM tile WHERE place = 0) WHERE place = 1');
    db.exec('DELETE FROM tile_sum WHERE place = 0');
    db.close();
    using reading = openSqliteReading(folder);
    for (const index of [0, 1])
      await expect(reading.tiles([{ level: 0, index }])).rejects.toThrow(`tile 0/${index} is damaged`);
  });
});

describe('sqlite: a part of the index in which a bit has changed', () => {
  it.each([0, 77, 8 * 2000, 8 * 4030])(
    'ends the reads that need it, bit %i, and the next start makes it again',
    async (bit) => {
      damage('run_part', 'records', 'place = (SELECT min(place) FROM run_part)', bit);
      {
        await using store = await open(folder);
        const outcomes: string[] = [];
        for (let index = 0; index < SIZE; index += 1) {
          for (const look of [store.locate(entry(index).leafHash), store.findDuplicate(entry(index).leafHash)]) {
            const found = await look.catch((error: unknown) => error);
            outcomes.push(found instanceof DamagedStore ? 'failed' : found === index ? 'found' : 'wrong');
          }
        }
        const count = (what: string): number => outcomes.filter((outcome) => outcome === what).length;
        expect(count('wrong')).toBe(0);
        expect(count('failed')).toBeGreaterThan(50);
        expect(count('found')).toBeGreaterThan(SIZE);
        await expect(indexesOf(store, ['every third', 'Only 1'], 0, SIZE)).rejects.toBeInstanceOf(DamagedStore);
      }
      expect(said).toEqual([]);
      await using store = await open(folder);
      expect(said).toEqual([
        expect.stringMatching(/^stele\.db is damaged: run \d+ of the search index, .* is made again from there on$/),
      ]);
      for (let index = 0; index < SIZE; index += 1) expect(await store.locate(entry(index).leafHash)).toBe(index);
      const thirds = Array.from({ length: Math.ceil(SIZE / 3) }, (_, i) => 3 * i);
      expect(await indexesOf(store, ['every third'], 0, SIZE)).toEqual(thirds);
    },
  );

  it('is not merged, and what is committed beside it is kept', async () => {
    damage('run_part', 'records', 'place = (SELECT min(place) FROM run_part)');
    const db = new Database(join(folder, 'stele.db'));
    db.exec('DELETE FROM frozen');
    db.close();
    await using store = await open(folder);
    for (let at = SIZE; at < SIZE + 2000; at += 200) {
      await store.commit(
        commitOf(
          at,
          Array.from({ length: 200 }, (_, i) => entry(at + i)),
          leafTiles(at, at + 200, entry),
        ),
      );
      await store.compact();
    }
    expect(said).toEqual([
      expect.stringMatching(/^stele\.db is damaged: part 0 of run \d+ of the search index is damaged$/),
    ]);
    expect((await store.head())?.size).toBe(SIZE + 2000);
    expect(await store.locate(entry(SIZE + 1999).leafHash)).toBe(SIZE + 1999);
  });
});

describe('sqlite: an entry of which something has changed', () => {
  it('is not read, and is no new one', async () => {
    damage('bundle_piece', 'gzip', 'place = 1', 20_000);
    damage('bundle_group', 'packed', 'place = 100');
    damage('attestation', 'payload', "CAST(payload AS TEXT) = 'attested 7'", 3);
    await using store = await open(folder);
    for (const index of Array.from({ length: 64 }, (_, i) => i)) {
      expect(await store.locate(entry(index).leafHash)).toBe(index);
      expect(await store.findDuplicate(entry(index).leafHash)).toBe(index);
    }
    expect(await store.findDuplicate(entry(401).leafHash)).toBe(401);
    await expect(store.entry(logIndex(401))).rejects.toThrow(/^what is kept of entry 401 is damaged$/);
    await expect(store.entry(logIndex(7))).rejects.toThrow(/^the attestation of entry 7 is damaged$/);
    await expect(store.searchKeys([logIndex(402)])).rejects.toBeInstanceOf(DamagedStore);
  });

  it('is in no bundle that is served, whole or in part', async () => {
    damage('bundle_piece', 'gzip', 'place = 1', 20_000);
    damage('bundle_piece', 'start', 'place = 9');
    await using store = await open(folder);
    const read = async (number: number, width: number): Promise<Buffer> =>
      Buffer.concat([...(await store.bundle(number, width)).pieces()]);
    await expect(read(0, 256)).rejects.toThrow(/^piece 1 of bundle 0 is damaged$/);
    await expect(read(0, 40)).rejects.toThrow(/^piece 1 of bundle 0 is damaged$/);
    await expect(read(1, 256)).rejects.toThrow(/^piece 1 of bundle 1 is damaged$/);
    expect((await read(0, 32)).length).toBeGreaterThan(32);
  });

  it('of a bundle from before there were checksums is found when it gets them', async () => {
    damage('bundle_piece', 'gzip', 'place = 9', 20_000);
    const db = new Database(join(folder, 'stele.db'));
    db.exec('DROP TABLE piece_sum; PRAGMA user_version = 6');
    db.close();
    {
      await using store = await open(folder);
      expect(said).toEqual(['stele.db is damaged: bundle 1 is damaged']);
      const pieces = async (number: number) => [...(await store.bundle(number, 256)).pieces()];
      await expect(pieces(1)).rejects.toThrow(/^piece 0 of bundle 1 is damaged$/);
      expect(await pieces(0)).toHaveLength(1);
    }
    await using store = await open(folder);
    expect(said).toHaveLength(1);
    await expect(store.bundle(1, 256).then((bundle) => [...bundle.pieces()])).rejects.toThrow(/is damaged$/);
    expect([...(await store.bundle(0, 256)).pieces()]).toHaveLength(1);
  });

  it('is served unchecked while a full disk leaves no room for the checksums of an older folder', async () => {
    const db = new Database(join(folder, 'stele.db'));
    db.exec('DELETE FROM piece_sum WHERE place > 7');
    damage('bundle_piece', 'gzip', 'place = 2', 20_000);
    const { stored } = bundleReads(db);
    expect([...(stored(1)?.pieces() ?? [])]).toHaveLength(1);
    expect(() => [...(stored(0)?.pieces() ?? [])]).toThrow(/^piece 2 of bundle 0 is damaged$/);
    db.close();
  });

  it('a secret of the index with which nothing would be found is refused at the start', async () => {
    damage('index_secret', 'secret', 'true', 5);
    await expect(open(folder)).rejects.toThrow(/the secret of the search index is not what was written/);
  });
});
