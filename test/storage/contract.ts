import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { unpackSearchKeys } from '../../entries/search-key-list.ts';
import type { LeafHash } from '../../merkle/types.ts';
import { logIndex } from '../../merkle/types.ts';
import type { LogStore } from '../../storage/contract.ts';
import type { WitnessState } from '../../storage/witness-state.ts';
import { StaleCommit } from '../../storage/failures.ts';
import { commitOf, entryAt, growth, headOf, IDENTITY, indexesOf, plainHead, storedOf, tileAt } from './commits.ts';

/** Opens a store on a folder that may hold one already. */
export type OpenStore = (folder: string) => Promise<LogStore & WitnessState>;

/** A folder for each test, and the store in it. */
export function useStore<Store extends LogStore & WitnessState>(open: (folder: string) => Promise<Store>) {
  let folder = '';
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stele-store-'));
    store = await open(folder);
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    now: () => store,
    folder: () => folder,
    /** Closes the store, lets `meanwhile` at its folder, and opens it again. */
    again: async (meanwhile: () => void = () => undefined) => {
      await store[Symbol.asyncDispose]();
      meanwhile();
      store = await open(folder);
      return store;
    },
  };
}

/** Tests of `storage/contract.ts`, for any engine. */
export function describeStore(engine: string, open: OpenStore): void {
  const store = useStore(open);
  describe(`LogStore: ${engine}`, () => {
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

    describe('commit', () => {
      committing(store);
    });
    describe('heartbeat', () => {
      beating(store);
    });
    describe('reads', () => {
      reading(store);
    });
    describe('retirement', () => {
      retiring(store);
    });
  });
}

export type Used = ReturnType<typeof useStore>;

function committing(store: Used): void {
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

  it('lets one of two writers through', async () => {
    const outcomes = await Promise.allSettled([store.now().commit(growth(0, 2)), store.now().commit(growth(0, 3))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expectSize(store.now(), 2);
  });

  it('keeps what two entries attest in the same words with each', async () => {
    const attestation = utf8('the same');
    await store.now().commit(commitOf(0, [entryAt(0, { attestation }), entryAt(1), entryAt(2, { attestation })]));
    const kept = await Promise.all([0, 1, 2].map((i) => store.now().entry(logIndex(i))));
    expect(kept.map((entry) => entry?.attestation && new Uint8Array(entry.attestation))).toEqual([
      attestation,
      undefined,
      attestation,
    ]);
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

function beating(store: Used): void {
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

function reading(store: Used): void {
  it('finds nothing in an empty store', async () => {
    expect(await store.now().head()).toBeUndefined();
    expect(await store.now().entry(logIndex(0))).toBeUndefined();
    expect(await store.now().locate(entryAt(0).leafHash)).toBeUndefined();
    expect(await indexesOf(store.now(), ['entry:0'], 0, 10)).toEqual([]);
    expect(await store.now().tiles([])).toEqual([]);
  });

  it('gives tiles in the order asked, and none that was never committed', async () => {
    const tiles = [tileAt(0, 0), tileAt(0, 1), tileAt(1, 0), tileAt(6, 2 ** 40)];
    await store.now().commit(commitOf(0, [entryAt(0)], tiles));
    const asked = [tiles[3], tiles[0], tiles[2], tiles[0]].filter((tile) => tile !== undefined);
    expect((await store.now().tiles(asked)).map((tile) => new Uint8Array(tile))).toEqual(asked.map(({ tile }) => tile));
    await expect(store.now().tiles([tiles[0] ?? tileAt(0, 0), tileAt(0, 2)])).rejects.toThrow(/0\/2/);
  });

  it('does not take a leaf for another that begins like it', async () => {
    await store.now().commit(growth(0, 2));
    const similar = new Uint8Array(entryAt(1).leafHash);
    similar[31] = (similar[31] ?? 0) ^ 1;
    expect(await store.now().locate(similar as LeafHash)).toBeUndefined();
    expect(await store.now().findDuplicate(similar as LeafHash)).toBeUndefined();
    expect(await store.now().locate(entryAt(1).leafHash)).toBe(1);
  });

  it('does not give search keys of entries that it has not', async () => {
    await store.now().commit(growth(0, 2));
    await expect(store.now().searchKeys([logIndex(1), logIndex(2)])).rejects.toThrow(/entry 2/);
  });
}

function retiring(store: Used): void {
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

export async function expectSize(store: LogStore, size: number): Promise<void> {
  expect((await store.head())?.size).toBe(size);
  expect(await store.entry(logIndex(size - 1))).toBeDefined();
  expect(await store.entry(logIndex(size))).toBeUndefined();
}
