import { describe, expect, it } from 'vitest';
import { findLeaf, MOST_CANDIDATES } from '../../../storage/engines/sqlite/search-index/find-leaf.ts';
import { DamagedStore } from '../../../storage/failures.ts';

/** Looks for the leaf that stands at `place`, among candidates from 0 on. */
async function look(candidates: number, place: number, ended = Infinity) {
  const seen: number[] = [];
  let [inTurn, most, turns] = [0, 0, 0];
  const isThere = (index: number): boolean => {
    seen.push(index);
    most = Math.max(most, (inTurn += 1));
    return index === place;
  };
  const turn = async (): Promise<void> => {
    [inTurn, turns] = [0, turns + 1];
    if (turns === ended) throw new Error('nobody waits');
    await Promise.resolve();
  };
  const numbers = Array.from({ length: candidates }, (_, i) => i);
  const found = await findLeaf(numbers, isThere, turn).catch((error: unknown) => error);
  return { found, looks: seen.length, most, turns };
}

describe('findLeaf: candidates of one leaf', () => {
  it('a leaf is found wherever it stands among them, eight looks in a turn', async () => {
    for (const place of [0, 7, 8, 100, MOST_CANDIDATES - 1]) {
      const { found, looks, most, turns } = await look(MOST_CANDIDATES + 1000, place);
      expect([found, looks, turns]).toEqual([place, place + 1, Math.floor(place / 8)]);
      expect(most).toBeLessThanOrEqual(8);
    }
  });

  it('a leaf that is none of them is absent, unless there are more than are looked at', async () => {
    expect(await look(0, -1)).toMatchObject({ found: undefined, looks: 0 });
    expect(await look(MOST_CANDIDATES, -1)).toMatchObject({ found: undefined, looks: MOST_CANDIDATES });
    const { found, looks } = await look(MOST_CANDIDATES + 1, MOST_CANDIDATES);
    expect(found).toBeInstanceOf(DamagedStore);
    expect(looks).toBe(MOST_CANDIDATES);
  });

  it('no more of an endless list is taken than is looked at', async () => {
    const endless = (function* () {
      for (let at = 0; ; at += 1) yield at;
    })();
    await expect(
      findLeaf(
        endless,
        () => false,
        () => Promise.resolve(),
      ),
    ).rejects.toThrow(DamagedStore);
    expect(endless.next().done).toBe(true);
  });

  it('what a turn throws ends the work', async () => {
    expect(await look(100, 99, 2)).toMatchObject({ found: new Error('nobody waits'), looks: 16 });
  });
});
