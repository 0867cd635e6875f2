import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeafHash } from '../../merkle/types.ts';
import { openReading } from '../../storage/engines/sqlite/file/connection.ts';
import { SearchIndexReader } from '../../storage/engines/sqlite/search-index/candidates.ts';
import { partReader, readRuns } from '../../storage/engines/sqlite/search-index/run-reader.ts';
import { fingerprintsOf } from '../../storage/engines/sqlite/search-index/secret.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { PrefetchThread } from '../../storage/engines/sqlite/prefetch/thread.ts';
import { commitOf, leafTiles, variedEntryAt } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

const SIZE = 1500;
const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test', runRecords: 40 }));

/** A run for each commit: 64 of 75 are merged into one that is old. Most entries stand in bundles. */
beforeEach(async () => {
  for (let at = 0; at < SIZE; at += 20) {
    const entries = Array.from({ length: 20 }, (_, i) => variedEntryAt(at + i));
    await store.now().commit(commitOf(at, entries, leafTiles(at, at + 20, variedEntryAt)));
    await store.now().compact();
  }
});

function candidates() {
  const db = openReading(store.folder());
  const fingerprints = fingerprintsOf(db);
  const print = (at: number): number => fingerprints.ofLeaf(variedEntryAt(at).leafHash);
  const index = new SearchIndexReader(readRuns(db), partReader(db));
  return { print, places: (at: number) => index.oldPlaces(print(at)), [Symbol.dispose]: () => void db.close() };
}

describe('sqlite: a duplicate is looked for where nobody waits', () => {
  it('and found, whatever has been read by then', async () => {
    for (const time of ['while the thread starts', 'once it reads ahead']) {
      const found = await Promise.all(
        Array.from({ length: SIZE }, (_, at) => store.now().findDuplicate(variedEntryAt(at).leafHash)),
      );
      expect([time, found]).toEqual([time, Array.from({ length: SIZE }, (_, at) => at)]);
      await sleep(500);
    }
  });

  it('and what is only like one is not taken for it', async () => {
    for (const at of [0, 700, SIZE - 1]) {
      const similar = Uint8Array.from(variedEntryAt(at).leafHash) as LeafHash;
      similar[31] = (similar[31] ?? 0) ^ 1;
      expect(await store.now().findDuplicate(similar)).toBeUndefined();
    }
  });

  it('in old runs, which are known without reading', () => {
    using index = candidates();
    const old = Array.from({ length: SIZE }, (_, at) => index.places(at).length);
    expect(old.slice(0, 1280).every((places) => places > 0)).toBe(true);
    expect(old.slice(1280).filter((places) => places > 0).length).toBeLessThan(10); // what a filter takes for another
  });
});

describe('the thread that reads ahead', () => {
  let empty = '';
  beforeEach(() => void (empty = mkdtempSync(join(tmpdir(), 'stele-nothing-'))));
  afterEach(() => rmSync(empty, { recursive: true, force: true }));

  it('answers for what there is, what is gone and what cannot be, and goes on', async () => {
    await using thread = new PrefetchThread(store.folder());
    using index = candidates();
    const fingerprint = index.print(3);
    await thread.read({ fingerprint, places: [] }); // starts it
    await sleep(500);
    const gone = { run: 999_999, part: 0, parts: 3 };
    for (const places of [index.places(3), [gone], [], index.places(3)])
      expect(await thread.read({ fingerprint, places })).toBeUndefined();
  });

  it.each([
    ['once it is closed', () => store.folder()],
    ['where it cannot begin', () => empty],
  ])('lets nobody wait %s', async (_when, folder) => {
    const thread = new PrefetchThread(folder());
    const read = () => thread.read({ fingerprint: 1, places: [] });
    await read(); // starts it
    await sleep(500);
    const waiting = read();
    await thread[Symbol.asyncDispose]();
    expect(await Promise.all([waiting, read(), thread[Symbol.asyncDispose]()])).toHaveLength(3);
  });
});
