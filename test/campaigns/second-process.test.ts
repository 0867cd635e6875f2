import { describe, expect, it } from 'vitest';
import { secondProcess } from './second-process.ts';

/** Each way twice. */
const ROUNDS = 10;

describe('decision 2, one writer: second and third process on one folder', { timeout: 240_000 }, () => {
  it('at the same instant, and after the lock file was removed, leave one that writes', async () => {
    const counts = await secondProcess.run({ rounds: ROUNDS, seed: 0, say: () => undefined });
    expect(counts['refused']).toBeGreaterThan(ROUNDS);
    expect(counts['served']).toBeGreaterThanOrEqual(3);
  });
});
