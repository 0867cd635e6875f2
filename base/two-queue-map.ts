import { LruMap } from './lru-map.ts';

/** How many values, and names of values that left, a map holds at most. */
export interface TwoQueueCapacity {
  /** Values that were asked for once. */
  readonly recent: number;
  /** Values that were asked for again, after they had left `recent`. */
  readonly frequent: number;
  /** Names of values that left `recent`. */
  readonly left: number;
}

/**
 * Values by name, those that are used again and again for longest (2Q, Johnson and Shasha 1994). A name has to come twice
 * before its value is kept for long: where more values are read than fit, few enter, so few have to be collected as garbage.
 */
export class TwoQueueMap<Name, Value> {
  readonly #recent: LruMap<Name, Value>;
  readonly #frequent: LruMap<Name, Value>;
  readonly #left: LruMap<Name, true>;

  constructor({ recent, frequent, left }: TwoQueueCapacity) {
    this.#recent = new LruMap(recent);
    this.#frequent = new LruMap(frequent);
    this.#left = new LruMap(left);
  }

  get(name: Name): Value | undefined {
    return this.#frequent.get(name) ?? this.#recent.get(name);
  }

  /** Adds a value that `get` did not have. */
  set(name: Name, value: Value): void {
    if (this.#left.delete(name)) {
      this.#frequent.set(name, value);
      return;
    }
    const left = this.#recent.set(name, value);
    if (left !== undefined) this.#left.set(left, true);
  }
}
