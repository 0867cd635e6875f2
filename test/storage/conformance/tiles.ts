import { describe, expect, it } from 'vitest';
import { hashesIn, TILE_WIDTH, tileOf } from '../../../merkle/tile.ts';
import type { HeadRegister } from '../../../storage/heads.ts';
import type { TileReads } from '../../../storage/tiles.ts';
import { commitOf, entryAt, growth, leafTiles, tileAt } from './commits.ts';
import { type Open, useStore } from './fixture.ts';

/** Bytes of the 256 hashes that C2SP serves. */
const HASHES_BYTES = 32 * TILE_WIDTH;

/** Tests of `TileReads`, for any engine. */
export function describeTiles(engine: string, open: Open<TileReads & Pick<HeadRegister, 'commit'>>): void {
  const store = useStore(open);
  const hashes = (tile: Uint8Array): Uint8Array => new Uint8Array(tile.subarray(0, HASHES_BYTES));
  describe(`TileReads: ${engine}`, () => {
    it('are none in an empty store', async () => {
      expect(await store.now().tiles([])).toEqual([]);
      await expect(store.now().tiles([tileAt(0, 0)])).rejects.toThrow(/0\/0/);
    });

    it('gives tiles in the order asked, and none that was never committed', async () => {
      const tiles = [tileAt(0, 0), tileAt(0, 1), tileAt(1, 0), tileAt(6, 2 ** 40)];
      await store.now().commit(commitOf(0, [entryAt(0)], tiles));
      const asked = [tiles[3], tiles[0], tiles[2], tiles[0]].filter((tile) => tile !== undefined);
      for (const opened of [store.now, store.again]) {
        const found = await (await opened()).tiles(asked);
        expect(found.map(hashes)).toEqual(asked.map(({ tile }) => hashes(tile)));
      }
      await expect(store.now().tiles([tiles[0] ?? tileAt(0, 0), tileAt(0, 2)])).rejects.toThrow(/0\/2/);
    });

    it('gives the 256 hashes, and behind them nothing or the nodes above them', async () => {
      await store.now().commit(growth(0, TILE_WIDTH));
      const [filled] = leafTiles(0, TILE_WIDTH);
      const [stored = new Uint8Array()] = await store.now().tiles([{ level: 0, index: 0 }]);
      expect(hashes(stored)).toEqual(hashes(filled?.tile ?? new Uint8Array()));
      const whole = tileOf(hashesIn(hashes(stored)));
      expect([0, whole.length - HASHES_BYTES]).toContain(stored.length - HASHES_BYTES);
      expect(new Uint8Array(stored)).toEqual(whole.subarray(0, stored.length));
    });
  });
}
