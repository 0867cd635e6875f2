import { describe, expect, it } from 'vitest';
import { bitFlips } from './bit-flips.ts';

const ROUNDS = 50;

describe('a flipped bit in database, write-ahead log, journal, keys or backup', { timeout: 240_000 }, () => {
  it('is found and named, or changes no answer', async () => {
    const { flips, ...outcomes } = await bitFlips.run({ rounds: ROUNDS, seed: 100, say: () => undefined });
    expect(flips).toBe(ROUNDS);
    expect(Object.keys(outcomes).length).toBeGreaterThan(2);
  });
});
