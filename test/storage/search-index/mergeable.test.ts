import { describe, expect, it } from 'vitest';
import { emptyFilter } from '../../../storage/search-index/filter.ts';
import { FAN_IN, mergeable, type Run } from '../../../storage/search-index/runs.ts';

/** Runs of these levels, one after another, an entry each. */
function runsOf(levels: readonly number[]): readonly Run[] {
  return levels.map((level, from) => {
    return { id: from, level, from, to: from + 1, records: 1, fence: new Uint32Array(2), filter: emptyFilter(1) };
  });
}

const merged = (levels: readonly number[]) => mergeable(runsOf(levels))?.map(({ from }) => from);

describe('runs that are merged', () => {
  it('are the oldest of the lowest level that has enough', () => {
    expect(merged([0, 0, 0, 0, 0, 0, 0])).toBeUndefined();
    expect(merged([0, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(merged([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('stand beside each other where a start put a larger run between small ones', () => {
    expect(merged([0, 0, 0, 0, 0, 1, 0, 0, 0])).toBeUndefined();
    expect(merged([0, 0, 0, 0, 0, 1, 1, 1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const found = Array.from({ length: 4 ** 6 }, (_, seed) =>
      merged(Array.from({ length: 12 }, (__, i) => Math.floor(seed / 4 ** (i % 6)) % 3)),
    ).filter((each) => each !== undefined);
    expect(found.length).toBeGreaterThan(100);
    for (const each of found) expect(each).toEqual(Array.from({ length: FAN_IN }, (_, i) => (each[0] ?? 0) + i));
  });
});
