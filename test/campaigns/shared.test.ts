import { describe, expect, it } from 'vitest';
import { shared } from './shared.ts';

const ROUNDS = 5;

describe('decision 21: a log that three machines share', { timeout: 400_000 }, () => {
  it('keeps every acknowledged entry once, on each, while they are killed and stopped', async () => {
    const counts = await shared.run({ rounds: ROUNDS, seed: 0, say: () => undefined });
    expect(counts['acknowledged']).toBeGreaterThan(100 * ROUNDS);
  });
});
