import { addressBlock } from './address-block.ts';
import { BytePool } from './byte-pool.ts';
import { BodyTooSlow, Busy } from './failures.ts';

/** Bodies of at most this length have a budget of their own, so that large ones that stall leave room for them. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** Time between two looks at how bodies progress, in milliseconds. */
const LOOK_MS = 1000;

/** Bytes a second that a body of more than `SMALL_BODY_BYTES` has to bring; a shorter one has to bring some. */
const LEAST_RATE = 8 * 1024;

/** Looks in a row that may find a body slower than that. */
const SLOW_LOOKS = 10;

/**
 * When the budget is full, a body that would take longer than this to bring again what it holds makes room, in seconds.
 * One that arrives at a constant rate within the 30 s that a request may take is never slower.
 */
const RENEWAL_SECONDS = 30;

export interface BodyLimits {
  /** Bytes that bodies of any length may hold at the same time. */
  readonly all: number;
  /** Bytes that bodies of at most `SMALL_BODY_BYTES` may hold once `all` is full. */
  readonly small: number;
}

/**
 * Counts the memory of all bodies between their arrival and their answers, and ends those that stall. An announced length
 * counts for nothing: a body holds what has come of it, and at most twice that.
 */
export class BodyBudget {
  readonly #all: BytePool;
  readonly #small: BytePool;
  readonly #arriving = new Set<BodyLease>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ all, small }: BodyLimits) {
    this.#all = new BytePool(all);
    this.#small = new BytePool(small);
  }

  get held(): number {
    return this.#all.held + this.#small.held;
  }

  /** Finds room for more of a body, if need be at the expense of one that stalls. @throws Busy */
  take(lease: BodyLease, bytes: number): void {
    for (;;) {
      const obstacle = this.#place(lease, bytes);
      if (obstacle === undefined) return;
      const slowest = this.#slowest(lease, obstacle);
      if (slowest === undefined) throw new Busy('too many request bodies are being read; try again');
      slowest.end(new BodyTooSlow('the request body came too slowly while others waited for its place'));
    }
  }

  #place(lease: BodyLease, bytes: number): 'all' | 'address' | undefined {
    const { address, pool, held } = lease;
    const total = held + bytes;
    let obstacle: 'all' | 'address' | undefined;
    for (const next of total <= SMALL_BODY_BYTES ? [this.#small, this.#all] : [this.#all]) {
      const same = next === pool;
      obstacle = next.obstacle(address, same ? bytes : total, same ? held : 0);
      if (obstacle !== undefined) continue;
      pool?.add(address, -held);
      next.add(address, total);
      lease.placed(next, total);
      return undefined;
    }
    return obstacle;
  }

  /** The arriving body that renews itself most slowly, if that is too slow now that there is no room. */
  #slowest(asking: BodyLease, obstacle: 'all' | 'address'): BodyLease | undefined {
    let found: BodyLease | undefined;
    for (const lease of this.#arriving) {
      if (lease === asking || (obstacle === 'address' && lease.address !== asking.address)) continue;
      if (lease.renewal < (found?.renewal ?? 1 / RENEWAL_SECONDS)) found = lease;
    }
    return found;
  }

  /** From now on the body has to progress. */
  watch(lease: BodyLease): void {
    this.#arriving.add(lease);
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  unwatch(lease: BodyLease): void {
    this.#arriving.delete(lease);
  }

  /** Ends bodies that have been too slow for too long. Called every second while there are some; tests call it themselves. */
  look(): void {
    for (const lease of this.#arriving)
      if (lease.look() >= SLOW_LOOKS) lease.end(new BodyTooSlow('the request body came too slowly'));
    if (this.#arriving.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** A body's claim on the budget. Its maker must release it once the body is no longer needed. */
export class BodyLease {
  readonly address: string;
  readonly #budget: BodyBudget;
  #pool: BytePool | undefined;
  #held = 0;
  #bytes = 0;
  #end: ((reason: BodyTooSlow) => void) | undefined;
  /** Bytes since the last look, in the second before it, and looks in a row that found too few. */
  #recent = 0;
  #before = Number.POSITIVE_INFINITY;
  #slow = 0;

  /** @param remote - the address of the sender */
  constructor(budget: BodyBudget, remote: string) {
    this.#budget = budget;
    this.address = addressBlock(remote);
  }

  /** Of the body, as far as it was read. Stays what it was when the claim is released. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of memory that count against the budget. */
  get held(): number {
    return this.#held;
  }

  get pool(): BytePool | undefined {
    return this.#pool;
  }

  /** The share of the body that came in the last second or two, from 0 to 1. Infinite in its first second. */
  get renewal(): number {
    return this.#bytes === 0 ? Number.POSITIVE_INFINITY : (this.#recent + this.#before) / this.#bytes;
  }

  /** The body is awaited from now on. @param end - called at most once, if it comes too slowly */
  arriving(end: (reason: BodyTooSlow) => void): void {
    this.#end = end;
    this.#budget.watch(this);
  }

  /** Nothing more of the body is awaited. */
  arrived(): void {
    this.#end = undefined;
    this.#budget.unwatch(this);
  }

  count(bytes: number): void {
    this.#bytes += bytes;
    this.#recent += bytes;
  }

  /** @param bytes - of memory, beyond what is held already @throws Busy */
  hold(bytes: number): void {
    this.#budget.take(this, bytes);
  }

  release(): void {
    this.arrived();
    this.#pool?.add(this.address, -this.#held);
    this.placed(undefined, 0);
  }

  /** The budget has found the place. */
  placed(pool: BytePool | undefined, held: number): void {
    this.#pool = pool;
    this.#held = held;
  }

  /** Gives the place to others. */
  end(reason: BodyTooSlow): void {
    const end = this.#end;
    this.release();
    end?.(reason);
  }

  /** Closes a second. Returns how many in a row were too slow. */
  look(): number {
    const enough = this.#recent >= (this.#held > SMALL_BODY_BYTES ? LEAST_RATE : 1);
    this.#slow = enough ? 0 : this.#slow + 1;
    this.#before = this.#recent;
    this.#recent = 0;
    return this.#slow;
  }
}
