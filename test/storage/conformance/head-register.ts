import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { unpackSearchKeys } from '../../../entries/search-key-list.ts';
import { logIndex, treeSize } from '../../../merkle/types.ts';
import type { EntryReads } from '../../../storage/entries.ts';
import { StaleCommit } from '../../../storage/failures.ts';
import type { HeadRegister } from '../../../storage/heads.ts';
import type { SearchIndex } from '../../../storage/search.ts';
import type { TileReads } from '../../../storage/tiles.ts';
import { commitOf, entryAt, growth, headOf, indexesOf, plainHead, sizesOf, storedOf, tileAt } from './commits.ts';
import { expectSize, type Open, type Used, useStore } from './fixture.ts';

/** The register, and what a commit writes beside the head. */
type Part = HeadRegister & EntryReads & TileReads & SearchIndex;

/** Tests of `HeadRegister`, for any engine. */
export function describeHeadRegister(engine: string, open: Open<Part>): void {
  const store = useStore(open);
  describe(`HeadRegister: ${engine}`, () => {
    describe('commit', () => {
      committing(store);
    });
    describe('compare-and-swap', () => {
      comparing(store);
    });
    describe('heads', () => {
      keepingHeads(store);
    });
    describe('the end', () => {
      freezing(store);
    });
  });
}

function committing(store: Used<Part>): void {
  it('keeps a whole step of growth, also when the store is opened again', async () => {
    const entries = [entryAt(0), entryAt(1, { attestation: utf8('what was attested') })];
    await store.now().commit(commitOf(0, entries, [tileAt(0, 9), tileAt(1, 0)]));
    for (const open of [store.now, store.again]) {
      const now = await open();
      expect(plainHead((await now.head()) ?? headOf(0))).toEqual(plainHead(headOf(2)));
      for (const entry of entries) {
        expect(storedOf((await now.entry(entry.index)) ?? entryAt(9))).toEqual(storedOf(entry));
        expect(await now.locate(entry.leafHash)).toBe(entry.index);
        expect(await now.findDuplicate(entry.leafHash)).toBe(entry.index);
      }
      expect(await now.searchKeys([logIndex(1), logIndex(0)])).toEqual(
        entries.map(({ searchKeys }) => unpackSearchKeys(searchKeys.packed)).reverse(),
      );
      expect((await now.tiles([tileAt(1, 0)])).map((tile) => new Uint8Array(tile))).toEqual([tileAt(1, 0).tile]);
    }
  });

  it('keeps nothing of a step that fails half way', async () => {
    await store.now().commit(growth(0, 2));
    const broken = commitOf(2, [entryAt(2), entryAt(3)], [tileAt(0, 1), tileAt(0, 1)]);
    await expect(store.now().commit(broken)).rejects.toThrow(/./);
    for (const open of [store.now, store.again]) {
      const now = await open();
      await expectSize(now, 2);
      expect(await indexesOf(now, ['entry:2', 'entry:3'], 0, 10)).toEqual([]);
      expect(await now.locate(entryAt(3).leafHash)).toBeUndefined();
    }
  });

  it('is seen whole or not at all by those who read meanwhile', async () => {
    await store.now().commit(growth(0, 1));
    let done = false;
    const writing = store
      .now()
      .commit(growth(1, 3000))
      .then(() => void (done = true));
    const seen = new Set<number>();
    while (!done) {
      const last = await store.now().entry(logIndex(2999));
      const size = (await store.now().head())?.size ?? 0;
      seen.add(size);
      expect(last === undefined || size === 3000).toBe(true);
      expect(await store.now().entry(logIndex(size - 1))).toBeDefined();
      await new Promise((resume) => setImmediate(resume));
    }
    await writing;
    expect([...seen].every((size) => size === 1 || size === 3000)).toBe(true);
    await expectSize(store.now(), 3000);
  });
}

function comparing(store: Used<Part>): void {
  it('keeps nothing of a step that begins at another size than the log has', async () => {
    await store.now().commit(growth(0, 3));
    const late = commitOf(2, [entryAt(2, { body: utf8('late') }), entryAt(3)], [tileAt(0, 0)]);
    await expect(store.now().commit(late)).rejects.toBeInstanceOf(StaleCommit);
    await expect(store.now().commit(growth(5, 6))).rejects.toBeInstanceOf(StaleCommit);
    await expectSize(store.now(), 3);
    expect(await store.now().locate(entryAt(2, { body: utf8('late') }).leafHash)).toBeUndefined();
    await expect(store.now().tiles([tileAt(0, 0)])).rejects.toThrow(/0\/0/);
    await store.now().commit(growth(3, 4));
    await expectSize(store.now(), 4);
  });

  it('lets one of two writers through', async () => {
    const outcomes = await Promise.allSettled([store.now().commit(growth(0, 2)), store.now().commit(growth(0, 3))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expectSize(store.now(), 2);
  });

  it('keeps nothing of a step that stands on another head of the same size', async () => {
    await store.now().commit(growth(0, 3));
    const { root } = headOf(4);
    const late = { ...growth(3, 4), after: { size: treeSize(3), root } };
    await expect(store.now().commit(late)).rejects.toBeInstanceOf(StaleCommit);
    await expectSize(store.now(), 3);
    await store.now().commit(growth(3, 4));
    await expectSize(store.now(), 4);
  });
}

function keepingHeads(store: Used<Part>): void {
  it('are found by size, and those in between are not', async () => {
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [4, 5],
    ] as const)
      await store.now().commit(growth(from, to));
    for (const opened of [store.now, store.again]) {
      const now = await opened();
      for (const size of [1, 4, 5]) {
        expect(plainHead((await now.headAt(treeSize(size))) ?? headOf(0))).toEqual(plainHead(headOf(size)));
      }
      for (const size of [0, 2, 3, 6]) expect(await now.headAt(treeSize(size))).toBeUndefined();
    }
  });
  it('are listed from the largest on, by pages', async () => {
    for (let size = 1; size <= 7; size += 1) await store.now().commit(growth(size - 1, size));
    expect(sizesOf(await store.now().heads(2 ** 53, 100))).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(sizesOf(await store.now().heads(8, 3))).toEqual([7, 6, 5]);
    expect(sizesOf(await store.now().heads(5, 3))).toEqual([4, 3, 2]);
    expect(sizesOf(await store.now().heads(2, 3))).toEqual([1]);
    expect(sizesOf(await store.now().heads(1, 3))).toEqual([]);
    const [newest] = await store.now().heads(8, 1);
    expect(plainHead(newest ?? headOf(0))).toEqual(plainHead(headOf(7)));
  });
  it('are none in an empty store', async () => {
    expect(await store.now().heads(2 ** 53, 10)).toEqual([]);
    expect(await store.now().publishedSize()).toBeUndefined();
    expect(await store.now().headAt(treeSize(0))).toBeUndefined();
  });
}

function freezing(store: Used<Part>): void {
  const END = { at: 1_800_000_000, signature: utf8('the last signature') };
  const endOf = async (now: Part) => {
    const end = await now.frozen();
    return end && { at: end.at, signature: new Uint8Array(end.signature) };
  };

  it('is kept, over a restart, and nothing grows after it', async () => {
    await store.now().commit(growth(0, 3));
    expect(await endOf(store.now())).toBeUndefined();
    await store.now().freeze(END);
    for (const opened of [store.now, store.again]) {
      const now = await opened();
      expect(await endOf(now)).toEqual(END);
      await expect(now.commit(growth(3, 4))).rejects.toThrow('the log is frozen');
      await expectSize(now, 3);
    }
  });
  it('comes once', async () => {
    await store.now().freeze(END);
    await expect(store.now().freeze({ ...END, at: 1 })).rejects.toThrow(/./);
    expect(await endOf(store.now())).toEqual(END);
  });
}
