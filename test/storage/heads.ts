import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { treeSize } from '../../merkle/types.ts';
import type { LogStore, StoredCosignature, StoredHead } from '../../storage/contract.ts';
import { claiming } from './claims.ts';
import { growth, headOf, IDENTITY, plainHead } from './commits.ts';
import { expectSize, type OpenStore, type Used, useStore } from './contract.ts';

/** Tests of heads, cosignatures and the end in `storage/contract.ts`, for any engine. */
export function describeHeads(engine: string, open: OpenStore): void {
  const store = useStore(open);
  describe(`LogStore: ${engine}`, () => {
    describe('heads', () => {
      keepingHeads(store);
    });
    describe('heads that await witnesses: decision 12', () => {
      awaiting(store);
    });
    describe('claims of witnesses', () => {
      claiming(store);
    });
    describe('cosignatures', () => {
      cosigning(store);
    });
    describe('the end', () => {
      freezing(store);
    });
    describe('public keys', () => {
      keepingKeys(store);
    });
    describe('bundles: c2sp.org/tlog-tiles', () => {
      bundling(store);
    });
  });
}

/** A step of growth whose head awaits witnesses. */
function awaited(from: number, to: number) {
  const commit = growth(from, to);
  return { ...commit, head: { ...commit.head, awaitsCosignatures: true } };
}

const sizesOf = (heads: readonly StoredHead[]): readonly number[] => heads.map(({ size }) => size);

function keepingHeads(store: Used): void {
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

function awaiting(store: Used): void {
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

function said(name: string, size: number, word = 0, key = name): StoredCosignature {
  const keyId = Uint8Array.from(createHash('sha256').update(key).digest().subarray(0, 4));
  return { size: treeSize(size), name, keyId, signature: new Uint8Array(72).fill(word) };
}

const plain = (all: readonly StoredCosignature[]): readonly StoredCosignature[] =>
  all.map(({ size, name, keyId, signature }) => {
    return { size, name, keyId: new Uint8Array(keyId), signature: new Uint8Array(signature) };
  });

function cosigning(store: Used): void {
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

function freezing(store: Used): void {
  const END = { at: 1_800_000_000, signature: utf8('the last signature') };
  const endOf = async (now: LogStore) => {
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

function keepingKeys(store: Used): void {
  const KEYS = { rekor: 'one PEM', c2sp: 'the other' };
  it('are written down of a log that was made without them, once', async () => {
    await store.now().create({ ...IDENTITY, publicKeys: undefined });
    expect((await store.now().identity())?.publicKeys).toBeUndefined();
    await store.now().keepKeys(KEYS);
    await store.now().keepKeys({ rekor: 'others', c2sp: 'later' });
    for (const opened of [store.now, store.again]) {
      expect(await (await opened()).identity()).toEqual({ ...IDENTITY, publicKeys: KEYS });
    }
  });
}

function bundling(store: Used): void {
  /** Each body behind its length, in 16 bits. */
  const expected = (from: number, to: number): Buffer =>
    Buffer.concat(
      Array.from({ length: to - from }, (_, i) => {
        const body = Buffer.from(`body ${from + i}`);
        return Buffer.concat([Buffer.from([0, body.length]), body]);
      }),
    );
  const asked = [
    [0, 256],
    [0, 1],
    [0, 255],
    [1, 256],
    [1, 16],
    [1, 17],
    [2, 88],
    [2, 1],
  ] as const;

  it('hold the first entries of each 256, however they are kept', async () => {
    for (const to of [100, 300, 600]) await store.now().commit(growth((await store.now().head())?.size ?? 0, to));
    for (const opened of [store.now, () => tidied(store.now()), store.again]) {
      const now = await opened();
      for (const [number, width] of asked) {
        const { encoding, length, plainLength, pieces } = await now.bundle(number, width);
        const bytes = Buffer.concat([...pieces()]);
        const plainBytes = encoding === 'gzip' ? gunzipSync(bytes) : bytes;
        expect([length, plainLength]).toEqual([bytes.length, plainBytes.length]);
        expect(plainBytes.equals(expected(256 * number, 256 * number + width))).toBe(true);
      }
    }
  });
  it('are never shorter than asked', async () => {
    await store.now().commit(growth(0, 300));
    await expect(store.now().bundle(1, 45)).rejects.toThrow(/./);
    await expect(store.now().bundle(2, 1)).rejects.toThrow(/./);
  });
}

async function tidied(now: LogStore): Promise<LogStore> {
  for (let i = 0; i < 3; i += 1) await now.compact();
  return now;
}
