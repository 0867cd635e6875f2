import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, NATIVE_SCHEMA } from '../../base/histogram.ts';

const BOUNDS = [0.001, 0.01, 0.1, 1, 10];
const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 100 });

function observed(all: readonly number[]): Histogram {
  const histogram = new Histogram(BOUNDS);
  for (const value of all) histogram.observe(value);
  return histogram;
}

describe('histogram: counts how many values were how large', () => {
  it('counts each value under every bound that it does not exceed', () => {
    fc.assert(
      fc.property(values, (all) => {
        const expected = BOUNDS.map((bound) => all.filter((value) => value <= bound).length);
        const histogram = observed(all);
        expect(histogram.upTo()).toStrictEqual(expected);
        expect(histogram.count).toBe(all.length);
        expect(histogram.sum).toBeCloseTo(
          all.reduce((sum, value) => sum + value, 0),
          6,
        );
      }),
    );
  });

  it('counts each value in one native bucket, whose bounds it lies between', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -19, max: 2 ** 16, noNaN: true }), (value) => {
        const [bucket, ...others] = observed([value]).native();
        const upper = 2 ** ((bucket?.number ?? Infinity) / 2 ** NATIVE_SCHEMA);
        const lower = 2 ** (((bucket?.number ?? -Infinity) - 1) / 2 ** NATIVE_SCHEMA);
        expect(others).toStrictEqual([]);
        expect(value).toBeGreaterThanOrEqual(lower * (1 - 1e-12));
        expect(value).toBeLessThanOrEqual(upper * (1 + 1e-12));
      }),
    );
  });

  it('counts what is smaller or larger than all native buckets in the first and the last', () => {
    const numbers = observed([0, 1e-9, 1e9]).native();
    expect(numbers).toStrictEqual([
      { number: -20 * 8, count: 2 },
      { number: 17 * 8, count: 1 },
    ]);
  });

  it('shows some of its bounds, and refuses others', () => {
    const histogram = observed([0.005, 0.5]);
    expect(histogram.upTo([0.01, 1])).toStrictEqual([1, 2]);
    expect(() => histogram.upTo([0.02])).toThrow('the histogram has no bound 0.02');
  });

  it('is read by another thread where it stands in shared memory', () => {
    const buffer = new SharedArrayBuffer(Histogram.bytes(BOUNDS));
    new Histogram(BOUNDS, buffer).observe(0.05);
    expect(new Histogram(BOUNDS, buffer).upTo()).toStrictEqual([0, 0, 1, 1, 1]);
  });
});
