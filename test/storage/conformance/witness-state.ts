import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { EntryReads } from '../../../storage/entries.ts';
import { StaleWitness } from '../../../storage/failures.ts';
import type { HeadRegister } from '../../../storage/heads.ts';
import type { WitnessedHead, WitnessState } from '../../../storage/witness-state.ts';
import { growth } from './commits.ts';
import { expectSize, type Open, useStore } from './fixture.ts';

function seen(origin: string, size: number, at = 1_700_000_000): WitnessedHead {
  const root = nodeHash(Uint8Array.from(createHash('sha256').update(`${origin} ${size}`).digest())) as RootHash;
  return { origin, size: treeSize(size), root, at, note: `${origin}\n${size}\n\n\u2014 é\n` };
}

async function all(state: WitnessState): Promise<readonly WitnessedHead[]> {
  return (await state.witnessed()).map((head) => ({ ...head, root: new Uint8Array(head.root) as RootHash }));
}

type Part = WitnessState & HeadRegister & Pick<EntryReads, 'entry'>;

/** Tests of `WitnessState`, for any engine. */
export function describeWitnessState(engine: string, open: Open<Part>): void {
  const store = useStore(open);
  describe(`WitnessState: ${engine}`, () => {
    it('keeps the newest head of each log, over a restart', async () => {
      await store.now().witness(seen('b log - 7', 3), undefined);
      await store.now().witness(seen('a.test', 0), undefined);
      await store.now().witness(seen('b log - 7', 9, 1_700_000_001), 3);
      await store.now().witness(seen('a.test', 0, 1_700_000_002), 0);
      const expected = [seen('a.test', 0, 1_700_000_002), seen('b log - 7', 9, 1_700_000_001)];
      expect(await all(store.now())).toEqual(expected);
      expect(await all(await store.again())).toEqual(expected);
    });
    it('is empty at first', async () => {
      expect(await store.now().witnessed()).toEqual([]);
    });
    it.each([
      ['none, where there is one', undefined],
      ['an older one', 3],
      ['a newer one', 9],
      ['that of an empty tree', 0],
    ])('refuses a head that would replace another than there is: %s', async (_what, size) => {
      await store.now().witness(seen('a.test', 3), undefined);
      await store.now().witness(seen('a.test', 5), 3);
      await expect(store.now().witness(seen('a.test', 7), size)).rejects.toBeInstanceOf(StaleWitness);
      await expect(store.now().witness(seen('b.test', 7), 5)).rejects.toBeInstanceOf(StaleWitness);
      expect(await all(store.now())).toEqual([seen('a.test', 5)]);
    });
    it('lets one of two through that would replace the same', async () => {
      await store.now().witness(seen('a.test', 3), undefined);
      const both = [5, 7].map((size) => store.now().witness(seen('a.test', size), 3));
      expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(await all(store.now())).toEqual([seen('a.test', 5)]);
    });
    it('is no part of the log, and goes on when that has ended', async () => {
      await store.now().commit(growth(0, 2));
      await store.now().witness(seen('a.test', 3), undefined);
      await store.now().freeze({ at: 1, signature: new Uint8Array(64) });
      await store.now().witness(seen('a.test', 4), 3);
      await expectSize(store.now(), 2);
      expect(await all(store.now())).toEqual([seen('a.test', 4)]);
    });
    it('keeps tokens for each journal, the newest in the place of the one before, over a restart', async () => {
      expect(await store.now().holder('heads')).toBeUndefined();
      await store.now().hold('heads', { token: 'one', before: undefined });
      await store.now().hold('witness', { token: 'two', before: 'one' });
      expect(await store.now().holder('heads')).toEqual({ token: 'one', before: undefined });
      await store.now().hold('heads', { token: 'three', before: 'one' });
      const now = await store.again();
      expect(await now.holder('heads')).toEqual({ token: 'three', before: 'one' });
      expect(await now.holder('witness')).toEqual({ token: 'two', before: 'one' });
    });
  });
}
