import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { treeSize } from '../../../merkle/types.ts';
import type { CosignatureStore, StoredCosignature, WitnessClaim } from '../../../storage/cosignatures.ts';
import type { HeadRegister } from '../../../storage/heads.ts';
import { growth, sizesOf } from './commits.ts';
import { type Open, type Used, useStore } from './fixture.ts';

type Part = CosignatureStore & HeadRegister;

/** Tests of `CosignatureStore`, for any engine. */
export function describeCosignatures(engine: string, open: Open<Part>): void {
  const store = useStore(open);
  describe(`CosignatureStore: ${engine}`, () => {
    describe('heads that await witnesses: decision 12', () => {
      awaiting(store);
    });
    describe('claims of witnesses', () => {
      claiming(store);
    });
    describe('cosignatures', () => {
      cosigning(store);
    });
  });
}

function claiming(store: Used<Part>): void {
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

function said(name: string, size: number, word = 0, key = name): StoredCosignature {
  const keyId = Uint8Array.from(createHash('sha256').update(key).digest().subarray(0, 4));
  return { size: treeSize(size), name, keyId, signature: new Uint8Array(72).fill(word) };
}

const plain = (all: readonly StoredCosignature[]): readonly StoredCosignature[] =>
  all.map(({ size, name, keyId, signature }) => {
    return { size, name, keyId: new Uint8Array(keyId), signature: new Uint8Array(signature) };
  });

function cosigning(store: Used<Part>): void {
  it('are kept by head, name and key, over a restart', async () => {
    await store.now().commit(growth(0, 3));
    const all = [said('a', 3, 1, 'first'), said('a', 3, 2, 'second'), said('b', 3, 3)];
    await store.now().cosign(all, undefined);
    await store.now().commit(growth(3, 4));
    await store.now().cosign([said('b', 4, 4)], undefined);
    for (const opened of [store.now, store.again]) {
      const now = await opened();
      expect(new Set(plain(await now.cosignatures(treeSize(3))))).toEqual(new Set(all));
      expect(plain(await now.cosignatures(treeSize(4)))).toEqual([said('b', 4, 4)]);
      expect(await now.cosignatures(treeSize(1))).toEqual([]);
    }
  });
  it('are replaced by what the same key says later of the same head', async () => {
    await store.now().commit(growth(0, 3));
    await store.now().cosign([said('a', 3, 1), said('b', 3, 2)], undefined);
    await store.now().cosign([said('a', 3, 9)], undefined);
    expect(plain(await store.now().cosignatures(treeSize(3)))).toEqual([said('a', 3, 9), said('b', 3, 2)]);
  });
  it('are kept whole or not at all', async () => {
    await store.now().commit(awaited(0, 3));
    const broken = { ...said('b', 3), signature: new Uint8Array(3) };
    await expect(store.now().cosign([said('a', 3), broken], treeSize(3))).rejects.toThrow(/./);
    expect(await store.now().cosignatures(treeSize(3))).toEqual([]);
    expect(await store.now().publishedSize()).toBeUndefined();
  });
  it('of the largest head of each key are the last', async () => {
    for (let size = 1; size <= 4; size += 1) await store.now().commit(growth(size - 1, size));
    expect(await store.now().lastCosignatures()).toEqual([]);
    const all = [said('a', 1, 1), said('a', 4, 2), said('a', 2, 3), said('a', 3, 4, 'other'), said('b', 2, 5)];
    for (const one of all) await store.now().cosign([one], undefined);
    for (const opened of [store.now, store.again]) {
      const last = plain(await (await opened()).lastCosignatures());
      expect(new Set(last)).toEqual(new Set([said('a', 4, 2), said('a', 3, 4, 'other'), said('b', 2, 5)]));
    }
  });
}

/** A step of growth whose head awaits witnesses. */
function awaited(from: number, to: number) {
  const commit = growth(from, to);
  return { ...commit, head: { ...commit.head, awaitsCosignatures: true } };
}

function awaiting(store: Used<Part>): void {
  it('are not published before it is said, and are so over a restart', async () => {
    await store.now().commit(growth(0, 2));
    await store.now().commit(awaited(2, 3));
    await store.now().commit(awaited(3, 5));
    expect(await store.now().publishedSize()).toBe(2);
    expect((await store.now().head())?.awaitsCosignatures).toBe(true);
    await store.now().cosign([said('a', 3)], treeSize(3));
    for (const opened of [store.now, store.again]) {
      const now = await opened();
      expect([await now.publishedSize(), (await now.head())?.size]).toEqual([3, 5]);
      const heads = [await now.headAt(treeSize(3)), await now.headAt(treeSize(5))];
      expect(heads.map((head) => head?.awaitsCosignatures)).toEqual([false, true]);
    }
    await store.now().cosign([], treeSize(5));
    expect(await store.now().publishedSize()).toBe(5);
  });
  it('are none of those that are listed, also when larger ones have been published', async () => {
    for (let size = 1; size <= 6; size += 1) await store.now().commit(awaited(size - 1, size));
    for (const size of [2, 5]) await store.now().cosign([said('a', size)], treeSize(size));
    await store.now().cosign([said('a', 4)], undefined);
    expect(sizesOf(await store.now().heads(2 ** 53, 10))).toEqual([5, 2]);
    expect(sizesOf(await store.now().heads(5, 10))).toEqual([2]);
    const counts = [0, 4, 6].map((after) => store.now().countHeads(after, 3));
    expect(await Promise.all(counts)).toEqual([3, 2, 0]);
    expect(await store.now().publishedSize()).toBe(5);
  });
  it('stay published when one before them is cosigned late', async () => {
    for (let size = 1; size <= 3; size += 1) await store.now().commit(awaited(size - 1, size));
    await store.now().cosign([said('a', 3)], treeSize(3));
    await store.now().cosign([said('b', 2)], undefined);
    expect(await (await store.again()).publishedSize()).toBe(3);
  });
  it('are undefined while none is published', async () => {
    await store.now().commit(awaited(0, 4));
    expect([await store.now().publishedSize(), await store.now().heads(9, 9)]).toEqual([undefined, []]);
  });
}
