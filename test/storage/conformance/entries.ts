import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { logIndex } from '../../../merkle/types.ts';
import type { StoreUpkeep } from '../../../storage/contract.ts';
import type { EntryReads } from '../../../storage/entries.ts';
import type { HeadRegister } from '../../../storage/heads.ts';
import { commitOf, entryAt, growth } from './commits.ts';
import { type Open, type Used, useStore } from './fixture.ts';

type Part = EntryReads & Pick<HeadRegister, 'commit' | 'head'> & Pick<StoreUpkeep, 'compact'>;

/** Tests of `EntryReads`, for any engine. */
export function describeEntries(engine: string, open: Open<Part>): void {
  const store = useStore(open);
  describe(`EntryReads: ${engine}`, () => {
    describe('entries', () => {
      reading(store);
    });
    describe('bundles: c2sp.org/tlog-tiles', () => {
      bundling(store);
    });
  });
}

function reading(store: Used<Part>): void {
  it('are none in an empty store', async () => {
    expect(await store.now().entry(logIndex(0))).toBeUndefined();
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

  it('does not give search keys of entries that it has not', async () => {
    await store.now().commit(growth(0, 2));
    await expect(store.now().searchKeys([logIndex(1), logIndex(2)])).rejects.toThrow(/entry 2/);
  });
}

function bundling(store: Used<Part>): void {
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

async function tidied(now: Part): Promise<Part> {
  for (let i = 0; i < 3; i += 1) await now.compact();
  return now;
}
