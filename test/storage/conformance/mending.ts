import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { logIndex } from '../../../merkle/types.ts';
import type { LogStore } from '../../../storage/contract.ts';
import type { StorageEngine } from '../../../storage/engine.ts';
import type { CopiedEntry } from '../../../storage/history.ts';
import { commitOf, entryAt, indexesOf, leafTiles, storedOf, tileAt, variedEntryAt } from './commits.ts';
import { type Open, useStore } from './fixture.ts';

type Part = Omit<LogStore, typeof Symbol.asyncDispose>;

const ENTRIES = Array.from({ length: 600 }, (_, i) => variedEntryAt(i));

/** A bundle as another copy has it. */
const copies = (number: number): readonly CopiedEntry[] =>
  ENTRIES.slice(number * 256, (number + 1) * 256).map((entry) => ({
    body: entry.body,
    kept: { ...entry, searchKeys: entry.searchKeys.packed },
  }));

/** Tests of what an engine writes over damage, beside the store that has the log open. */
export function describeMending(
  engine: string,
  open: Open<Part>,
  mend: Pick<StorageEngine, 'mendTile' | 'mendBundle' | 'doubtRun'>,
): void {
  const store = useStore(open);
  const read = async (index: number) => {
    const entry = await store.now().entry(logIndex(index));
    return entry && storedOf(entry);
  };
  const filled = async (): Promise<void> => {
    await store.now().commit(commitOf(0, ENTRIES, leafTiles(0, 600, variedEntryAt)));
    await store.now().compact();
  };
  describe(`StorageEngine, mending: ${engine}`, () => {
    it('writes a tile over another, which is read from then on', async () => {
      await filled();
      const tile = tileAt(0, 1);
      mend.mendTile(store.folder(), tile);
      for (const opened of [store.now, store.again]) {
        const [found = new Uint8Array()] = await (await opened()).tiles([tile]);
        expect(new Uint8Array(found.subarray(0, 32))).toEqual(tile.tile.subarray(0, 32));
      }
    });

    it.each([
      ['bodies and all beside them', true],
      ['bodies alone', false],
    ])('writes the entries of a bundle again from %s, and more can be added then', async (_, isWhole) => {
      await filled();
      const from = isWhole ? copies(1) : copies(1).map(({ body }) => ({ body }));
      mend.mendBundle(store.folder(), 1, from);
      const later = Array.from({ length: 300 }, (_entry, i) => entryAt(600 + i));
      const tiles = leafTiles(600, 900, (index) => (index < 600 ? variedEntryAt(index) : entryAt(index)));
      await store.now().commit(commitOf(600, later, tiles));
      await store.now().compact();
      for (const opened of [store.now, store.again]) {
        await opened();
        for (const index of [255, 256, 257, 307, 511, 512])
          expect(await read(index)).toEqual(storedOf(variedEntryAt(index)));
        expect(await indexesOf(store.now(), ['every third'], 256, 2)).toEqual([258, 261]);
      }
    });

    it('writes bodies that are others than those that stand there', async () => {
      await filled();
      const others = copies(0).map(({ body }, i) => ({ body: i === 3 ? utf8('mended') : body }));
      mend.mendBundle(store.folder(), 0, others);
      await store.again();
      expect(Buffer.from((await store.now().entry(logIndex(3)))?.body ?? []).toString()).toBe('mended');
      expect(await read(4)).toEqual(storedOf(variedEntryAt(4)));
    });

    it('makes no bundle that is not there yet, and changes nothing then', async () => {
      await filled();
      expect(() => mend.mendBundle(store.folder(), 2, copies(1))).toThrow(/./);
      expect(await read(520)).toEqual(storedOf(variedEntryAt(520)));
    });

    it('has the next start make a run again, in which everything is found', async () => {
      await filled();
      mend.doubtRun(store.folder(), 1);
      await store.again();
      expect(await indexesOf(store.now(), ['every third'], 0, 3)).toEqual([0, 3, 6]);
    });
  });
}
