import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { unpackSearchKeys } from '../../entries/search-key-list.ts';
import { logIndex } from '../../merkle/types.ts';
import type { LogStore } from '../../storage/contract.ts';
import type { SequencedEntry } from '../../storage/entries.ts';
import { openSqliteReading, type SqliteReading } from '../../storage/engines/sqlite/open-reading.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import type { ScannedEntry } from '../../storage/history.ts';
import { DamagedEntry } from '../../storage/failures.ts';
import { commitOf, entryAt, headOf, IDENTITY, leafTiles, plainHead, storedOf } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

/** Bodies of any length; here and there something attested. */
function entry(index: number): SequencedEntry {
  const body = utf8(`${index}:${'x'.repeat((index * 37) % 900)}`);
  return entryAt(index, { body, ...(index % 50 === 7 && { attestation: utf8(`attested ${index}`) }) });
}

const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => entry(from + i));

async function grow(now: LogStore, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 90) {
    const end = Math.min(to, at + 90);
    await now.commit(commitOf(at, entries(at, end), leafTiles(at, end, entry)));
  }
}

async function tidied(now: LogStore): Promise<void> {
  for (let i = 0; i < 3; i += 1) await now.compact();
}

function shown({ index, body, integratedTime, signedEntryTimestamp, searchKeys }: ScannedEntry) {
  const bytes = (value: Uint8Array): Uint8Array => new Uint8Array(value);
  return [index, bytes(body), integratedTime, bytes(signedEntryTimestamp), unpackSearchKeys(searchKeys)];
}

function expected({ index, body, integratedTime, signedEntryTimestamp, searchKeys }: SequencedEntry) {
  return [index, body, integratedTime, signedEntryTimestamp, unpackSearchKeys(searchKeys.packed)];
}

function expectScan(reading: SqliteReading, from: number, to: number): void {
  const found = [...reading.scan(from, to)];
  expect(found.map(shown)).toEqual(entries(from, to).map(expected));
}

/** Returns the entries of a scan until it finds something damaged. */
function scanned(reading: SqliteReading, to: number): readonly [number, string, number] {
  let seen = 0;
  try {
    for (const { index } of reading.scan(0, to)) seen = index + 1;
  } catch (error) {
    if (error instanceof DamagedEntry) return [error.index, error.message, seen];
    throw error;
  }
  return [-1, '', seen];
}

describe('sqlite: a log is read beside the process that writes it', () => {
  const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test', runRecords: 300 }));

  it('in order, whether entries are in bundles, in the rows of their commits, or on their way', async () => {
    await grow(store.now(), 0, 1000);
    using reading = openSqliteReading(store.folder());
    expectScan(reading, 0, 1000);
    const scan = reading.scan(0, 1000);
    const first = Array.from({ length: 300 }, () => scan.next().value).filter((one) => one !== undefined);
    await tidied(store.now());
    expect([...first, ...scan].map(shown)).toEqual(entries(0, 1000).map(expected));
    expectScan(reading, 0, 1000);
    for (const [from, to] of [
      [1, 2],
      [255, 257],
      [700, 1000],
      [999, 1000],
      [5, 5],
    ] as const)
      expectScan(reading, from, to);
    await grow(store.now(), 1000, 1300);
    expectScan(reading, 900, 1300);
  });

  it('as far as identity, heads, entries, bundles and tiles go, and knows which rows there are', async () => {
    await store.now().create(IDENTITY);
    await grow(store.now(), 0, 1000);
    await tidied(store.now());
    using reading = openSqliteReading(store.folder());
    expect(await reading.identity()).toEqual(IDENTITY);
    const head = await reading.head();
    expect(head && plainHead(head)).toEqual(plainHead(headOf(1000)));
    const read = await reading.entry(logIndex(57));
    expect(read && storedOf(read)).toEqual(storedOf(entry(57)));
    expect((await reading.bundle(0, 256)).encoding).toBe('gzip');
    const { size, end, pieces, groups, indexed } = reading.layout();
    expect([size, end, groups.count, groups.last]).toEqual([1000, 1000, 8 * pieces.count, 8 * pieces.count - 1]);
    expect(reading.runs().at(-1)?.to).toBe(indexed);
  });

  it('and is refused where there is none, or one of another format', async () => {
    expect(() => openSqliteReading(join(store.folder(), 'nothing'))).toThrow(
      /nothing holds no log: name the data folder of one with --data$/,
    );
    await store.again(() => {
      const db = new Database(join(store.folder(), 'stele.db'));
      const newest = Number(db.pragma('user_version', { simple: true }));
      db.pragma('user_version = 1');
      db.close();
      expect(() => openSqliteReading(store.folder())).toThrow(
        new RegExp(`has format 1: start the log once, which brings it to format ${newest}$`),
      );
      const other = new Database(join(store.folder(), 'stele.db'));
      other.pragma('user_version = 99');
      other.close();
      expect(() => openSqliteReading(store.folder())).toThrow(
        new RegExp(`has format 99 and this version knows ${newest}`),
      );
      const back = new Database(join(store.folder(), 'stele.db'));
      back.pragma(`user_version = ${newest}`);
      back.close();
    });
  });
});

describe('sqlite: damage is found where it is', () => {
  const damages = [
    [
      'a piece of a bundle',
      'UPDATE bundle_piece SET gzip = zeroblob(length(gzip)) WHERE place = 11',
      256,
      /^bundle 1 is damaged: /,
    ],
    [
      'a piece in the place of another',
      'UPDATE bundle_piece SET gzip = (SELECT gzip FROM bundle_piece WHERE place = 9) WHERE place = 10',
      256,
      /^bundle 1 is damaged: /,
    ],
    [
      'where a piece begins',
      'UPDATE bundle_piece SET start = start + 1 WHERE place = 11',
      256,
      /^bundle 1 is damaged: piece 3 is not where its row says$/,
    ],
    [
      'a piece that is gone',
      'DELETE FROM bundle_piece WHERE place = 12',
      256,
      /^bundle 1 is damaged: of 8 pieces there are 7$/,
    ],
    [
      'what stands beside a bundle',
      "UPDATE bundle_group SET packed = x'00' WHERE place = 72",
      288,
      /^what is kept of the entries from 288 on is damaged$/,
    ],
    [
      'a row that is gone',
      'DELETE FROM bundle_group WHERE place = 80',
      320,
      /^what is kept of the entries from 320 on is damaged$/,
    ],
    [
      'the row of a commit',
      'UPDATE batch SET packed = zeroblob(length(packed)) WHERE first = 990',
      1024,
      /^the row of a commit is damaged: the row of the entries from 990 on is damaged$/,
    ],
    ['a commit that is gone', 'DELETE FROM batch WHERE first = 1080', 1080, /^entry 1080 is missing$/],
  ] as const;
  let whole = '';
  let folder = '';
  beforeAll(async () => {
    whole = mkdtempSync(join(tmpdir(), 'stele-reading-'));
    await using made = await openSqliteStore(whole, { owner: 'a test', runRecords: 300 });
    await grow(made, 0, 1200);
    await tidied(made);
  });
  afterAll(() => rmSync(whole, { recursive: true, force: true }));
  beforeEach(() => cpSync(whole, (folder = mkdtempSync(join(tmpdir(), 'stele-reading-'))), { recursive: true }));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(damages)('%s', (_what, sql, index, says) => {
    const db = new Database(join(folder, 'stele.db'));
    expect(db.prepare(sql).run().changes).toBe(1);
    db.close();
    using reading = openSqliteReading(folder);
    const [at, said, seen] = scanned(reading, 1200);
    expect(said).toMatch(says);
    expect(at).toBe(index);
    expect(seen).toBeLessThanOrEqual(index);
    expect(seen).toBeGreaterThan(index - 257);
  });

  it('a bundle in the place of another', () => {
    const db = new Database(join(folder, 'stele.db'));
    const other = 'SELECT gzip, start FROM bundle_piece AS other WHERE other.place = bundle_piece.place - 8';
    const { changes } = db
      .prepare(`UPDATE bundle_piece SET (gzip, start) = (${other}) WHERE place BETWEEN 8 AND 15`)
      .run();
    expect(changes).toBe(8);
    db.close();
    using reading = openSqliteReading(folder);
    const says = 'bundle 1 is damaged: part 0 is not where its row says';
    expect(scanned(reading, 1200)).toEqual([256, says, 256]);
  });

  it.each([
    ['of both rows that tell of it', [66, 67], /^bundle 1 is damaged: part 1 is not where its row says$/],
    ['of one of them', [67], /^bundle 1 is damaged: two rows differ about the place of part 1$/],
  ] as const)('where a part of a bundle is, in the words %s', (_which, places, says) => {
    const db = new Database(join(folder, 'stele.db'));
    for (const place of places) {
      const row = db.prepare<[number], Buffer>('SELECT packed FROM bundle_group WHERE place = ?').pluck().get(place);
      const bytes = (row ?? Buffer.alloc(8)).subarray(0, -4);
      bytes.writeUInt32BE(bytes.readUInt32BE(0) + 1, 0);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(bytes, place));
      db.prepare('UPDATE bundle_group SET packed = ? WHERE place = ?').run(Buffer.concat([bytes, checksum]), place);
    }
    db.close();
    using reading = openSqliteReading(folder);
    expect(scanned(reading, 1200)).toEqual([256, expect.stringMatching(says), 256]);
  });

  it('nothing in a log that is whole', () => {
    using reading = openSqliteReading(folder);
    expect(scanned(reading, 1200)).toEqual([-1, '', 1200]);
  });
});
