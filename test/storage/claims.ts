import { expect, it } from 'vitest';
import { treeSize } from '../../merkle/types.ts';
import type { WitnessClaim } from '../../storage/contract.ts';
import type { Used } from './contract.ts';

/** The contract of `storage/contract.ts` for claims of witnesses. */
export function claiming(store: Used): void {
  it('are kept, the last one of each witness, over a restart', async () => {
    expect(await store.now().claims()).toEqual([]);
    const claim = (witness: string, size: number, says: WitnessClaim['says']): WitnessClaim => {
      return { witness, size: treeSize(size), says, at: 1_700_000_000 + size };
    };
    await store.now().keepClaim(claim('a', 7, 'more'));
    await store.now().keepClaim(claim('b', 2 ** 53 - 1_800_000_000, 'more'));
    await store.now().keepClaim(claim('a', 9, 'another tree'));
    for (const opened of [store.now, store.again]) {
      expect(await (await opened()).claims()).toEqual([
        claim('a', 9, 'another tree'),
        claim('b', 2 ** 53 - 1_800_000_000, 'more'),
      ]);
    }
  });
}
