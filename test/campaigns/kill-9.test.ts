import { describe, expect, it } from 'vitest';
import { kill9 } from './kill-9.ts';

const ROUNDS = 25;

describe('decision 3, nothing is promised before it is kept', { timeout: 240_000 }, () => {
  it(`loses nothing and never forks: ${ROUNDS} kills in the middle of a load`, async () => {
    const { kills, acknowledged, unanswered } = await kill9.run({ rounds: ROUNDS, seed: 1, say: () => undefined });
    expect(kills).toBe(ROUNDS);
    expect(acknowledged).toBeGreaterThan(ROUNDS * 8);
    expect(unanswered).toBeGreaterThan(ROUNDS);
  });
});
