import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

const INPUTS = 100_000;

describe('every parser and every route, given what is made of good inputs', { timeout: 240_000 }, () => {
  it('refuses in time and in its own words, answers no 5xx, and does not grow', async () => {
    const counts = await fuzz.run({ rounds: INPUTS, seed: 1, say: () => undefined });
    expect((counts['inputs'] ?? 0) + (counts['requests'] ?? 0)).toBe(INPUTS);
    expect(counts['kept']).toBeGreaterThan(10);
    expect(counts['status404']).toBeGreaterThan(0);
  });
});
