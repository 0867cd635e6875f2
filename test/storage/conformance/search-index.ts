import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchKey } from '../../../entries/search-key-list.ts';
import { type LeafHash, type LogIndex, logIndex, treeSize } from '../../../merkle/types.ts';
import type { EntryReads } from '../../../storage/entries.ts';
import type { HeadRegister } from '../../../storage/heads.ts';
import type { SearchIndex } from '../../../storage/search.ts';
import { entryAt, growth, indexesOf } from './commits.ts';
import { type Open, useStore } from './fixture.ts';

/** More than any engine is likely to read in one step, several times over. */
const SIZE = 1800;

/** Overlapping keys, in changing case, of both sources. */
function keysOf(index: number): readonly SearchKey[] {
  const texts = [
    index % 2 === 0 ? 'Common@Example.test' : 'common@example.test',
    ...(index % 3 === 0 ? ['sha256:AB'] : []),
    ...(index % 5 === 0 ? ['sha256:ab', 'seldom'] : []),
    ...(index === 1797 ? ['LAST'] : []),
    ...(index % 7 === 0 ? ['ünï'] : []),
  ];
  return texts.map((text, i) => ({ source: i % 2 === 0 ? 'leaf' : 'payload', text }));
}

const ALL = Array.from({ length: SIZE }, (_, i) => i);

/** The same question, asked of the lists themselves. */
function expected(keys: readonly string[], from: number, limit: number): readonly number[] {
  const wanted = new Set(keys.map((key) => key.toLowerCase()));
  const holds = (index: number): boolean => keysOf(index).some(({ text }) => wanted.has(text.toLowerCase()));
  return ALL.filter((index) => index >= from && holds(index)).slice(0, limit);
}

type Part = SearchIndex & EntryReads & Pick<HeadRegister, 'commit'>;

/** Tests of `SearchIndex`, for any engine. */
export function describeSearchIndex(engine: string, open: Open<Part>): void {
  describe(`SearchIndex: ${engine}`, () => {
    let folder = '';
    let store: Part & AsyncDisposable;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'stele-search-'));
      store = await open(folder);
      for (let at = 0; at < SIZE; at += 600) await store.commit(growth(at, at + 600, keysOf));
    });
    afterAll(async () => {
      await store[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });
    const ask = (keys: readonly string[], from = 0, limit = SIZE): Promise<readonly LogIndex[]> =>
      indexesOf(store, keys, from, limit);

    it('finds every entry with a key, in log order, over many steps', async () => {
      expect(await ask(['common@example.test'])).toEqual(ALL);
    });
    it('finds in any case what was kept in any case', async () => {
      expect(await ask(['SHA256:Ab'])).toEqual(expected(['sha256:ab'], 0, SIZE));
      expect(await ask(['last'])).toEqual([1797]);
      expect(await ask(['ÜNÏ'], 0, 2)).toEqual([0, 7]);
    });
    it('merges several keys without doubles', async () => {
      expect(await ask(['seldom', 'sha256:ab', 'SELDOM', 'last'])).toEqual(expected(['sha256:ab', 'last'], 0, SIZE));
    });
    it('starts where it is told and stops where it is told', async () => {
      expect(await ask(['common@example.test'], 1700, 5)).toEqual([1700, 1701, 1702, 1703, 1704]);
      expect(await ask(['common@example.test'], SIZE - 1)).toEqual([SIZE - 1]);
      expect(await ask(['common@example.test'], SIZE)).toEqual([]);
      expect(await ask(['common@example.test'], 0, 0)).toEqual([]);
    });
    it('finds nothing for a part of a key, an unknown key, or no key', async () => {
      expect(await ask(['common'])).toEqual([]);
      expect(await ask(['sha256:a'])).toEqual([]);
      expect(await ask([''])).toEqual([]);
      expect(await ask([])).toEqual([]);
    });
    it('answers any question as the lists themselves do', async () => {
      const key = fc.constantFrom('common@example.test', 'SHA256:AB', 'seldom', 'last', 'ÜNÏ', 'none', 'seldo');
      const question = fc.tuple(fc.array(key, { maxLength: 4 }), fc.nat(SIZE + 2), fc.nat(700));
      await fc.assert(
        fc.asyncProperty(question, async ([keys, from, limit]) => {
          expect(await ask(keys, from, limit)).toEqual(expected(keys, from, limit));
        }),
        { numRuns: 60 },
      );
    });
    it('finds what has a key of every group, at the price of what the groups have in common', async () => {
      const key = fc.constantFrom('common@example.test', 'SHA256:AB', 'seldom', 'last', 'ÜNÏ', 'none', 'seldo');
      const groups = fc.array(fc.array(key, { maxLength: 3 }), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(groups, fc.nat(SIZE), fc.integer({ min: 1, max: 500 }), async (asked, from, effort) => {
          const found: number[] = [];
          for (let next: number | undefined = from; next !== undefined;) {
            const limits = { from: logIndex(next), to: treeSize(SIZE - 3), most: SIZE, effort };
            const piece = await store.search(asked, limits);
            expect(piece.effort).toBeLessThan(effort + 100);
            found.push(...piece.found);
            next = piece.next;
          }
          const all = asked.map((keys) => new Set(expected(keys, from, SIZE)));
          expect(found).toEqual(ALL.slice(0, SIZE - 3).filter((index) => all.every((one) => one.has(index))));
        }),
        { numRuns: 60 },
      );
      const apart = [['seldom'], ['last']]; // 360 entries, and one that is none of them
      const limits = { from: logIndex(0), to: treeSize(SIZE), most: SIZE, effort: 1e6 };
      const { found, effort } = await store.search(apart, limits);
      expect(found).toEqual([]);
      expect(effort).toBeLessThan(100);
    });
    it('keeps each list whole, with its sources and in its order', async () => {
      const indexes = [1797, 0, 15, 1].map(logIndex);
      expect(await store.searchKeys(indexes)).toEqual(indexes.map(keysOf));
    });
  });

  describe(`SearchIndex, leaves: ${engine}`, () => {
    const store = useStore(open);
    it('finds nothing in an empty store', async () => {
      expect(await store.now().locate(entryAt(0).leafHash)).toBeUndefined();
      expect(await store.now().findDuplicate(entryAt(0).leafHash)).toBeUndefined();
      expect(await indexesOf(store.now(), ['entry:0'], 0, 10)).toEqual([]);
    });

    it('does not take a leaf for another that begins like it', async () => {
      await store.now().commit(growth(0, 2));
      const similar = new Uint8Array(entryAt(1).leafHash);
      similar[31] = (similar[31] ?? 0) ^ 1;
      expect(await store.now().locate(similar as LeafHash)).toBeUndefined();
      expect(await store.now().findDuplicate(similar as LeafHash)).toBeUndefined();
      expect(await store.now().locate(entryAt(1).leafHash)).toBe(1);
    });
  });
}
