/** Bytes held in all and by each address; no address has more than half, unless it is one piece. */
export class BytePool {
  readonly #most: number;
  readonly #byAddress = new Map<string, number>();
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** Returns the obstacle to `bytes` more: nothing, all that is held, or what the address holds. @param own - what the asking piece holds here already */
  obstacle(address: string, bytes: number, own: number): 'all' | 'address' | undefined {
    if (this.#held + bytes > this.#most) return 'all';
    const ofAddress = this.#byAddress.get(address) ?? 0;
    return ofAddress === own || ofAddress + bytes <= this.#most / 2 ? undefined : 'address';
  }

  add(address: string, bytes: number): void {
    this.#held += bytes;
    const ofAddress = (this.#byAddress.get(address) ?? 0) + bytes;
    if (ofAddress === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, ofAddress);
  }
}
