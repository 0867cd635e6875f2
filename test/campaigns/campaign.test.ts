import { describe, expect, it } from 'vitest';
import { eachRound } from './campaign.ts';

describe('a campaign', () => {
  it('sums what its rounds count, but for the most of something, and ends at the first fault with the seed that repeats it', async () => {
    const seen: number[] = [];
    const plan = { rounds: 3, seed: 7, say: () => undefined };
    const random = async (next: () => number): Promise<{ tries: number; mostMs: number }> => {
      seen.push(next());
      return { tries: 2, mostMs: seen.length };
    };
    expect(await eachRound(plan, random)).toEqual({ tries: 6, mostMs: 3 });
    await eachRound({ ...plan, rounds: 1, seed: 8 }, random);
    expect(seen[3]).toBe(seen[1]);

    const failing = eachRound(plan, async (_, seed) => {
      if (seed === 8) throw new Error('lost');
      return {};
    });
    await expect(failing).rejects.toThrow(
      'round 2: lost\nto repeat it: --rounds 1 --seed 8, or --rounds 2 --seed 7 with all that came before it',
    );
  });
});
