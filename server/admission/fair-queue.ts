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
  readonly #most: number;
  #length = 0;

  /** @param most - that may wait */
  constructor(most: number) {
    this.#most = most;
  }

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
   * @returns the one that there is no room for: the newest of the sender that has most, or the item itself; undefined where there is room
   */
  add(item: Item): Item | undefined {
    const own = this.#bySender.get(item.from);
    const surplus = this.#length < this.#most ? undefined : this.#surplus(own?.length ?? 0);
    if (this.#length >= this.#most && surplus === undefined) return item;
    if (own === undefined) this.#bySender.set(item.from, [item]);
    else own.push(item);
    this.#length += surplus === undefined ? 1 : 0;
    return surplus;
  }

  /** Takes out the newest of the sender that has most, unless one more of another that has `own` would be as many. */
  #surplus(own: number): Item | undefined {
    let largest: Item[] = [];
    for (const items of this.#bySender.values()) if (items.length > largest.length) largest = items;
    return largest.length > own + 1 ? largest.pop() : undefined;
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
