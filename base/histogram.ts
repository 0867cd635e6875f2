/** Buckets of a native histogram in each doubling of the value: Prometheus calls it schema 3. Each bound is 9% above the one before. */
export const NATIVE_SCHEMA = 3;
const PER_DOUBLING = 2 ** NATIVE_SCHEMA;
/** Number of the bucket that ends at a microsecond, where values are seconds: what is less is counted there. */
const FIRST_NATIVE = -20 * PER_DOUBLING;
/** Number of the bucket that ends at 2^17: what is more is counted there. */
const LAST_NATIVE = 17 * PER_DOUBLING;
const NATIVE_BUCKETS = LAST_NATIVE - FIRST_NATIVE + 1;

/** A native bucket that is not empty: bucket `number` ends at 2^(number / 8). */
export interface NativeBucket {
  readonly number: number;
  readonly count: number;
}

/**
 * Counts how many values were how large. An observation costs less than a tenth of a microsecond and allocates nothing, so that it can stand on the way
 * of every request; all that a reader wants to see is made when it is read. Values are finite and not negative.
 */
export class Histogram {
  /** Upper bounds, inclusive and ascending. */
  readonly bounds: readonly number[];
  /** Counts by bound, the count above all bounds, the sum of all values, and then the native buckets. */
  readonly #cells: Float64Array;
  readonly #sumAt: number;

  /** @param buffer - where the counts stand, if another thread reads them: `Histogram.bytes(bounds)` long */
  constructor(bounds: readonly number[], buffer?: SharedArrayBuffer) {
    this.bounds = bounds;
    this.#sumAt = bounds.length + 1;
    this.#cells = new Float64Array(buffer ?? new ArrayBuffer(Histogram.bytes(bounds)));
  }

  /** Bytes that the counts of a histogram take. */
  static bytes(bounds: readonly number[]): number {
    return (bounds.length + 2 + NATIVE_BUCKETS) * Float64Array.BYTES_PER_ELEMENT;
  }

  /** All values of some histograms, which have these bounds. */
  static sumOf(bounds: readonly number[], histograms: Iterable<Histogram>): Histogram {
    const sum = new Histogram(bounds);
    for (const histogram of histograms) {
      if (histogram.bounds.length !== bounds.length) throw new Error('histograms of other bounds have no sum');
      for (const [i, count] of histogram.#cells.entries()) sum.#add(i, count);
    }
    return sum;
  }

  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at += 1;
    this.#add(at, 1);
    this.#add(this.#sumAt, value);
    this.#add(this.#sumAt + 1 + nativeAt(value), 1);
  }

  #add(at: number, value: number): void {
    this.#cells[at] = (this.#cells[at] as number) + value;
  }

  /** Sum of all values. */
  get sum(): number {
    return this.#cells[this.#sumAt] as number;
  }

  /** How many values there were. */
  get count(): number {
    return this.#cells.subarray(0, this.#sumAt).reduce((sum, count) => sum + count, 0);
  }

  /** How many values were at most as large as each of `bounds`, which are some of the histogram's own. */
  upTo(bounds: readonly number[] = this.bounds): readonly number[] {
    let sum = 0;
    const all = new Map(this.bounds.map((bound, i) => [bound, (sum += this.#cells[i] as number)]));
    return bounds.map((bound) => all.get(bound) ?? unknownBound(bound));
  }

  /** In ascending order. */
  native(): readonly NativeBucket[] {
    const buckets: NativeBucket[] = [];
    for (const [i, count] of this.#cells.subarray(this.#sumAt + 1).entries())
      if (count > 0) buckets.push({ number: FIRST_NATIVE + i, count });
    return buckets;
  }
}

function nativeAt(value: number): number {
  const number = Math.ceil(Math.log2(value) * PER_DOUBLING);
  return Math.min(LAST_NATIVE, Math.max(FIRST_NATIVE, number)) - FIRST_NATIVE;
}

function unknownBound(bound: number): never {
  throw new Error(`the histogram has no bound ${bound}`);
}
