import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import { SizeNotReached, SizesReversed } from '../../log/failures.ts';
import type { SignedHead } from '../../log/signers/shard.ts';
import { treeSize } from '../../merkle/types.ts';
import { verifyConsistency } from '../../merkle/verify.ts';
import { referenceConsistency, referenceRoot } from '../support/reference-tree.ts';
import { addMany, isProven, openLogFixture, type LogFixture, useFolder } from './log-fixture.ts';

const folder = useFolder();
const bodies = (size: number): readonly Uint8Array[] => Array.from({ length: size }, (_, i) => utf8(`entry ${i}`));

async function provesRandomEntries(fixture: LogFixture, size: number): Promise<void> {
  const indexes = fc.sample(fc.nat(size - 1), 30);
  for (const index of [0, size - 1, ...indexes]) {
    const entry = await fixture.log.byIndex(index);
    expect(entry && [entry.index, isProven(entry)]).toEqual([index, true]);
  }
}

async function isExtension(fixture: LogFixture, old: SignedHead, head: SignedHead): Promise<boolean> {
  return verifyConsistency(old, head, await fixture.log.consistency(old.size, head.size));
}

describe('openLog: a log goes on as the tree it was', () => {
  const sizes = [1, 2, 255, 256, 257, 511, 512, 513, 65_537];
  for (const size of sizes) {
    it(`of ${size} entries`, async () => {
      const root = referenceRoot(bodies(size));
      let old: SignedHead;
      {
        await using fixture = await openLogFixture(folder());
        const half = Math.floor(size / 2);
        await addMany(fixture.log, 0, half);
        await addMany(fixture.log, half, size);
        old = fixture.log.head();
        expect([old.size, toHex(old.root)]).toEqual([size, root]);
      }
      await using fixture = await openLogFixture(folder());
      expect(fixture.opened.created).toBe(false);
      expect(fixture.log.head()).toEqual({ ...old, root: expect.anything() as Uint8Array });
      expect(toHex(fixture.log.head().root)).toBe(root);
      await provesRandomEntries(fixture, size);

      await addMany(fixture.log, size, size + 2);
      expect(toHex(fixture.log.head().root)).toBe(referenceRoot(bodies(size + 2)));
      expect(await isExtension(fixture, old, fixture.log.head())).toBe(true);
      await provesRandomEntries(fixture, size + 2);
    });
  }

  it('without entries: the empty root, signed, and no entry', async () => {
    {
      await using fixture = await openLogFixture(folder());
      expect(fixture.opened.created).toBe(true);
      expect(await fixture.log.byIndex(0)).toBeUndefined();
    }
    await using fixture = await openLogFixture(folder());
    expect([fixture.opened.created, fixture.log.head().size]).toEqual([false, 0]);
    expect(toHex(fixture.log.head().root)).toBe(referenceRoot([]));
    expect(fixture.log.head().rekorCheckpoint).toMatch(/^log\.test - 1234567890123456789\n0\n/);
  });
});

describe('RFC 9162 §2.1.4 consistency of what a log has shown', () => {
  it('every head with every later one, as the RFC computes it', async () => {
    await using fixture = await openLogFixture(folder());
    const heads: SignedHead[] = [];
    for (let size = 0, step = 1; size < 560; step += 1) {
      await addMany(fixture.log, size, size + step);
      size += step;
      heads.push(fixture.log.head());
    }
    const leaves = bodies(heads.at(-1)?.size ?? 0);
    for (const [i, head] of heads.entries()) {
      for (const old of heads.slice(0, i + 1)) {
        const proof = await fixture.log.consistency(old.size, head.size);
        expect(proof.map(toHex)).toEqual(referenceConsistency(leaves, old.size, head.size));
        expect(verifyConsistency(old, head, proof)).toBe(true);
      }
    }
    expect(heads.length).toBeGreaterThan(30);
  });

  it('sizes that were not reached or are reversed are refused in words', async () => {
    await using fixture = await openLogFixture(folder());
    await addMany(fixture.log, 0, 5);
    const ask = (old: number, size: number) => fixture.log.consistency(treeSize(old), treeSize(size));
    await expect(ask(1, 6)).rejects.toThrow(
      new SizeNotReached('the tree size requested(6) was greater than what is currently observable(5)'),
    );
    await expect(ask(4, 3)).rejects.toThrow(new SizesReversed('firstSize(4) must be less than lastSize(3)'));
  });
});

describe('reads: what is no entry', () => {
  it('is undefined, whatever number asks for it', async () => {
    await using fixture = await openLogFixture(folder());
    await addMany(fixture.log, 0, 3);
    for (const index of [3, 4, -1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
      expect(await fixture.log.byIndex(index)).toBeUndefined();
    }
  });
});
