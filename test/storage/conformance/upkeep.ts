import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { logIndex } from '../../../merkle/types.ts';
import type { LogStore } from '../../../storage/contract.ts';
import { entryAt, growth, IDENTITY, indexesOf, storedOf } from './commits.ts';
import { expectSize, type Open, type Used, useStore } from './fixture.ts';

type Part = Omit<LogStore, typeof Symbol.asyncDispose>;

/** Tests of `IdentityStore` and `StoreUpkeep`, for any engine. */
export function describeUpkeep(engine: string, open: Open<Part>): void {
  const store = useStore(open);
  describe(`IdentityStore: ${engine}`, () => {
    describe('identity', () => {
      it('is undefined until it is made, and kept as it was made', async () => {
        expect(await store.now().identity()).toBeUndefined();
        await store.now().create(IDENTITY);
        expect(await store.now().identity()).toEqual(IDENTITY);
        expect(await (await store.again()).identity()).toEqual(IDENTITY);
      });
      it('is made once', async () => {
        await store.now().create(IDENTITY);
        await expect(store.now().create({ ...IDENTITY, origin: 'other.test' })).rejects.toThrow(/./);
        expect(await store.now().identity()).toEqual(IDENTITY);
      });
    });
    describe('public keys', () => {
      keepingKeys(store);
    });
  });
  describe(`StoreUpkeep: ${engine}`, () => {
    describe('heartbeat', () => {
      beating(store);
    });
    describe('retirement', () => {
      retiring(store);
    });
  });
}

function keepingKeys(store: Used<Part>): void {
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

function beating(store: Used<Part>): void {
  it('writes again and again, and adds no leaf', async () => {
    await store.now().commit(growth(0, 2));
    for (const at of [1, 1, 5, 3]) await store.now().heartbeat(at);
    await expectSize(store.now(), 2);
    await store.now().commit(growth(2, 3));
    await expectSize(await store.again(), 3);
  });
  it('works in a store that has no log yet', async () => {
    await expect(store.now().heartbeat(7)).resolves.toBeUndefined();
    expect(await store.now().head()).toBeUndefined();
    expect(await store.now().identity()).toBeUndefined();
  });
}

function retiring(store: Used<Part>): void {
  it('keeps all that was written, and lets nothing be written any more', async () => {
    await store.now().commit(growth(0, 700));
    await store.now().freeze({ at: 1_700_000_000, signature: utf8('the end') });
    await store.now().finalize();
    await expectAll();
    await expect(store.now().commit(growth(700, 701))).rejects.toThrow(/./);
    await expect(store.now().heartbeat(1)).rejects.toThrow(/./);
    await store.again();
    await expectAll();
    await store.now().finalize();
    await expectAll();
  });

  async function expectAll(): Promise<void> {
    await expectSize(store.now(), 700);
    expect(await store.now().frozen()).toMatchObject({ at: 1_700_000_000 });
    for (const index of [0, 255, 256, 699]) {
      expect(storedOf((await store.now().entry(logIndex(index))) ?? entryAt(701))).toEqual(storedOf(entryAt(index)));
      expect(await store.now().locate(entryAt(index).leafHash)).toBe(index);
      expect(await indexesOf(store.now(), [`entry:${index}`], 0, 10)).toEqual([index]);
    }
  }
}
