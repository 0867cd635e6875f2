import { describe, expect, it } from 'vitest';
import { failedWrites } from './failed-writes.ts';

/** Of more than three hundred: a sync of the journal, and two of folders. */
const ROUNDS = 3;

describe('decision 11, an unknown outcome is fatal: a call on a file of the log', { timeout: 240_000 }, () => {
  it('fails, and the next start has what was acknowledged and goes on', async () => {
    const { notReached = 0, ...counts } = await failedWrites.run({ rounds: ROUNDS, seed: 0, say: () => undefined });
    expect(notReached).toBe(0);
    expect((counts['endedAtStart'] ?? 0) + (counts['ended'] ?? 0)).toBe(ROUNDS);
  });
});
