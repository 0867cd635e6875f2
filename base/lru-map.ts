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

  set(name: Name, value: Value): void {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= this.#capacity) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}
