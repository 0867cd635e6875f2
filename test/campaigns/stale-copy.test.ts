import { describe, expect, it } from 'vitest';
import { staleCopy } from './stale-copy.ts';

const ROUNDS = 5;

describe('decision 10, a copy that signs beside its original, or an old one, is a fork', { timeout: 240_000 }, () => {
  it('is refused with an older journal, twice at once and by links, and the log goes on', async () => {
    const counts = await staleCopy.run({ rounds: ROUNDS, seed: 0, say: () => undefined });
    expect(counts['refused']).toBeGreaterThan(2 * ROUNDS);
    expect(counts['served']).toBe(1);
  });
});
