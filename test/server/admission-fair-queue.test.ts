import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../server/admission/fair-queue.ts';

const item = (from: string, number: number) => ({ from, name: `${from}${number}` });

function queueOf(most: number, senders: string) {
  const queue = new FairQueue<ReturnType<typeof item>>();
  const refused = Array.from(senders, (from, i) => queue.add(item(from, i), most)?.name);
  return { queue, refused: refused.filter((name) => name !== undefined) };
}

function takeAll(queue: FairQueue<ReturnType<typeof item>>): readonly string[] {
  return Array.from({ length: queue.length }, () => {
    const { next } = queue;
    const taken = queue.take();
    expect(taken).toBe(next);
    return taken?.name ?? 'none';
  });
}

describe('FairQueue', () => {
  it('gives the oldest of one sender after the other', () => {
    const { queue } = queueOf(10, 'aaaabbc');
    expect(takeAll(queue)).toEqual(['a0', 'b4', 'c6', 'a1', 'b5', 'a2', 'a3']);
    expect([queue.take(), queue.next, queue.length]).toEqual([undefined, undefined, 0]);
  });

  it('keeps the order of a single sender, and refuses the newest once it is full', () => {
    const { queue, refused } = queueOf(3, 'aaaaa');
    expect(refused).toEqual(['a3', 'a4']);
    expect(takeAll(queue)).toEqual(['a0', 'a1', 'a2']);
  });

  it('makes room at the expense of the sender that has most', () => {
    const { queue, refused } = queueOf(4, 'aaaabbb');
    expect(refused).toEqual(['a3', 'a2', 'b6']);
    expect(queue.length).toBe(4);
    expect(takeAll(queue)).toEqual(['a0', 'b4', 'a1', 'b5']);
  });

  it('refuses a new sender where no other has two', () => {
    const { queue, refused } = queueOf(3, 'abcd');
    expect(refused).toEqual(['d3']);
    expect(takeAll(queue)).toEqual(['a0', 'b1', 'c2']);
  });
});
