import { describe, expect, it } from 'vitest';
import { HeadQueue } from '../../cli/commands/proxy/head-queue.ts';
import type { TrustedHead } from '../../client/trusted-keys.ts';
import { foldRoot } from '../../merkle/fold.ts';
import { nodeHash, treeSize } from '../../merkle/types.ts';

const headOf = (size: number, tree = 1): TrustedHead => ({
  note: `${size} ${tree}`,
  checkpoint: { origin: 'log.test', size: treeSize(size), root: foldRoot([nodeHash(new Uint8Array(32).fill(tree))]) },
});

/** A state that takes what begins with what it has, and waits with every answer until it is let go on. */
function stateOf() {
  const placed: string[] = [];
  const releases: (() => void)[] = [];
  let isOpen = false;
  const queue = new HeadQueue(async (head) => {
    placed.push(head.note);
    if (!isOpen) await new Promise<void>((resolve) => releases.push(resolve));
    if (head.note.endsWith('2')) throw new Error(`${head.note} is of another tree`);
  });
  const release = (): void => {
    isOpen = true;
    for (const one of releases.splice(0)) one();
  };
  return { queue, placed, release, next: () => releases.splice(0).forEach((one) => one()) };
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

describe('HeadQueue', () => {
  it('places the newest of those that wait first, and takes none of them before', async () => {
    const { queue, placed, next } = stateOf();
    const taken: string[] = [];
    const accept = (head: TrustedHead) => queue.accept(head).then(() => void taken.push(head.note));
    const all = [1, 3, 2, 4].map((size) => accept(headOf(size)));
    expect(placed).toEqual(['1 1']);
    next();
    await turns();
    expect([placed, taken]).toEqual([['1 1', '4 1'], ['1 1']]);
    next();
    await turns();
    expect([placed, taken]).toEqual([
      ['1 1', '4 1', '3 1', '2 1'],
      ['1 1', '4 1'],
    ]);
    next();
    await Promise.all(all);
    expect(taken).toEqual(['1 1', '4 1', '3 1', '2 1']);
  });

  it('puts the next in the place of a newest that is refused, one after the other', async () => {
    const { queue, placed, next, release } = stateOf();
    const all = [headOf(1), headOf(4, 2), headOf(3), headOf(2)].map((head) => queue.accept(head));
    const settled = Promise.allSettled(all);
    next();
    await turns();
    expect(placed).toEqual(['1 1', '4 2']);
    next();
    await turns();
    expect(placed).toEqual(['1 1', '4 2', '3 1']);
    release();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });

  it('asks once for heads that are the same, and again for one that was refused', async () => {
    const { queue, placed, release } = stateOf();
    release();
    await Promise.all([queue.accept(headOf(1)), queue.accept(headOf(1)), queue.accept(headOf(2))]);
    expect(placed).toEqual(['1 1', '2 1']);
    for (let i = 0; i < 2; i += 1) await expect(queue.accept(headOf(3, 2))).rejects.toThrow('another tree');
    expect(placed).toEqual(['1 1', '2 1', '3 2', '3 2']);
  });
});
