/** Something that waits, and the sender that asked for it. */
interface Sent {
  readonly from: string;
}

/**
 * A queue in which senders have turns: of each that waits the oldest is taken, one sender after the other. However much
 * one sends, it delays those of every other by one at a time. A sender is what `from` says, an address for example.
 */
export class FairQueue<Item extends Sent> {
  /** Oldest first; senders in the order of their turns. None is empty. */
  readonly #bySender = new Map<string, Item[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The one that `take` gives; undefined if none waits. */
  get next(): Item | undefined {
    return this.#bySender.values().next().value?.[0];
  }

  /**
   * Makes an item wait. A full queue makes room for a sender that has fewer in it than another.
   *
   * @param most - that may wait
   * @returns the one that there is no room for: the newest of the sender that has most, or the item itself; undefined where there is room
   */
  add(item: Item, most: number): Item | undefined {
    const own = this.#bySender.get(item.from);
    const surplus = this.#length < most ? undefined : this.#surplus(own?.length ?? 0);
    if (this.#length >= most && surplus === undefined) return item;
    if (own === undefined) this.#bySender.set(item.from, [item]);
    else own.push(item);
    this.#length += surplus === undefined ? 1 : 0;
    return surplus;
  }

  /** Takes out the newest of the sender that has most, unless one more of another that has `own` would be as many. */
  #surplus(own: number): Item | undefined {
    const [, largest] = this.#largest();
    return largest.length > own + 1 ? largest.pop() : undefined;
  }

  #largest(): readonly [string, Item[]] {
    let largest: readonly [string, Item[]] = ['', []];
    for (const one of this.#bySender) if (one[1].length > largest[1].length) largest = one;
    return largest;
  }

  /** Takes out the newest of the senders that have most, until no more than `most` wait. */
  trim(most: number): readonly Item[] {
    const out: Item[] = [];
    while (this.#length > most) {
      const [from, items] = this.#largest();
      const item = items.pop();
      if (item === undefined) return out;
      if (items.length === 0) this.#bySender.delete(from);
      this.#length -= 1;
      out.push(item);
    }
    return out;
  }

  /** Takes out one that waits no longer. @returns whether it was there */
  remove(item: Item): boolean {
    const items = this.#bySender.get(item.from) ?? [];
    const at = items.indexOf(item);
    if (at < 0) return false;
    items.splice(at, 1);
    if (items.length === 0) this.#bySender.delete(item.from);
    this.#length -= 1;
    return true;
  }

  /** Takes out the oldest of the sender whose turn it is. */
  take(): Item | undefined {
    const [turn] = this.#bySender;
    if (turn === undefined) return undefined;
    const [from, items] = turn;
    const item = items.shift();
    this.#bySender.delete(from);
    if (items.length > 0) this.#bySender.set(from, items);
    this.#length -= 1;
    return item;
  }
}
