import { mix } from './filter.ts';

/*
 * A tally of records, whatever their order: their number and two sums of what they are mixed to. Two lots of records
 * that differ have the same tally once in 2^64 times, unless somebody has made them so.
 */

export interface Tally {
  readonly count: number;
  /** 0 to 2^32 - 1. */
  readonly sums: readonly [number, number];
}

export const NO_RECORDS: Tally = { count: 0, sums: [0, 0] };

/** Adds records up. */
export class Tallier {
  #count = 0;
  #first = 0;
  #second = 0;

  add(high: number, low: number): void {
    const mixed = mix(low ^ 0x9e3779b9);
    this.#count += 1;
    this.#first = (this.#first + mix(high ^ mixed)) >>> 0;
    this.#second = (this.#second + mix(Math.imul(high, 0x2c1b3c6d) ^ (mixed >>> 5) ^ low)) >>> 0;
  }

  get tally(): Tally {
    return { count: this.#count, sums: [this.#first, this.#second] };
  }
}

export function together(a: Tally, b: Tally): Tally {
  return {
    count: a.count + b.count,
    sums: [(a.sums[0] + b.sums[0]) >>> 0, (a.sums[1] + b.sums[1]) >>> 0],
  };
}

export function isSame(a: Tally, b: Tally): boolean {
  return a.count === b.count && a.sums[0] === b.sums[0] && a.sums[1] === b.sums[1];
}
