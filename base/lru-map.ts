/** The `capacity` values that were used last, by name. */
export class LruMap<Name, Value> {
  readonly #capacity: number;
  readonly #values = new Map<Name, Value>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(name: Name): Value | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    this.#values.delete(name);
    this.#values.set(name, value);
    return value;
  }

  /** @returns the name of the value that had to leave */
  set(name: Name, value: Value): Name | undefined {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= this.#capacity) return undefined;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
    return oldest;
  }

  /** @returns whether it was there */
  delete(name: Name): boolean {
    return this.#values.delete(name);
  }
}
