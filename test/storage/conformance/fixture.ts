import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { logIndex } from '../../../merkle/types.ts';
import type { EntryReads } from '../../../storage/entries.ts';
import type { HeadReads } from '../../../storage/heads.ts';

/** Opens a part of a store, or all of it, on a folder that may hold one already. */
export type Open<Part> = (folder: string) => Promise<Part & AsyncDisposable>;

/** A folder for each test, and the store in it. */
export function useStore<Store extends AsyncDisposable>(open: (folder: string) => Promise<Store>) {
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

/** A store of these interfaces, in a folder of its own for each test. */
export type Used<Part> = ReturnType<typeof useStore<Part & AsyncDisposable>>;

export async function expectSize(
  store: Pick<HeadReads, 'head'> & Pick<EntryReads, 'entry'>,
  size: number,
): Promise<void> {
  expect((await store.head())?.size).toBe(size);
  expect(await store.entry(logIndex(size - 1))).toBeDefined();
  expect(await store.entry(logIndex(size))).toBeUndefined();
}
