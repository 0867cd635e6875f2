export interface DelayLimitOptions {
  /** Milliseconds that may be waited for long. */
  readonly targetMs: number;
  /** Milliseconds in which as many are taken as may wait then, where that is not the target. */
  readonly inMs?: number;
  /** Fewest that may always wait: what is taken at one time. */
  readonly least: number;
}

/** Milliseconds for which all have to wait longer than the target before anything is refused: a pause is no overload. */
const INTERVAL_MS = 250;

/** Milliseconds for which some have to wait less than half of the target before more may wait, and how many times as many. */
const CALM_MS = 1000;
const EASING_FACTOR = 1.5;

/** Times as many as are taken in the target's time: when so many may wait, all may. */
const FREE_FACTOR = 16;

/**
 * Limits a queue by how long is waited in it, as CoDel does (RFC 8289 §3): a queue that is long for a moment takes up what comes in
 * bursts; one in which even the least wait stays long makes everybody late, and no more is done for it. Then as many may
 * wait as are taken in the target's time, and more again by and by: to let all in at once who were refused would be the next
 * overload.
 */
export class DelayLimit {
  readonly #options: DelayLimitOptions;
  /** Since when all have waited for longer than the target; undefined while they have not. */
  #lateSince: number | undefined;
  /** Since when some have waited less than half of the target; undefined while they have not. */
  #calmSince: number | undefined;
  #most = Number.POSITIVE_INFINITY;
  /** Taken since `#since`, and in a millisecond of the interval before. */
  #taken = 0;
  #since = 0;
  #rate = 0;

  constructor(options: DelayLimitOptions) {
    this.#options = options;
  }

  /** Returns how many may wait now. */
  get most(): number {
    return this.#most;
  }

  /**
   * Some were taken to be worked on.
   *
   * @param leastWaitMs - of the one that came last
   * @param now - milliseconds on a clock that never goes back
   */
  taken(count: number, leastWaitMs: number, now: number): void {
    this.#count(count, now);
    const { targetMs } = this.#options;
    this.#lateSince = leastWaitMs > targetMs ? (this.#lateSince ?? now) : undefined;
    this.#calmSince = leastWaitMs < targetMs / 2 ? (this.#calmSince ?? now) : undefined;
    const inTarget = this.#inTarget();
    if (this.#lateSince !== undefined && now - this.#lateSince >= INTERVAL_MS) this.#most = inTarget;
    if (this.#calmSince === undefined || now - this.#calmSince < CALM_MS) return;
    this.#calmSince = now;
    this.#most = this.#most > FREE_FACTOR * inTarget ? Number.POSITIVE_INFINITY : EASING_FACTOR * this.#most;
  }

  #inTarget(): number {
    const { targetMs, inMs = targetMs, least } = this.#options;
    return Math.max(least, Math.ceil(this.#rate * inMs));
  }

  #count(count: number, now: number): void {
    this.#taken += count;
    const passed = now - this.#since;
    if (passed < INTERVAL_MS) return;
    this.#rate = this.#taken / passed;
    [this.#taken, this.#since] = [0, now];
  }
}
