/** Milliseconds between two turns in which refusals are answered, at least. */
const TURN_MS = 4;

/** Refusals in a turn that wait for nothing. */
const UNDELAYED_REFUSALS = 4;

/** Milliseconds over which those that wait are spread. */
const SPREAD_MS = 1000;

/**
 * Answers those who are refused for want of time one after the other, up to about a second later if they are many. Clients that ask
 * again at once would else keep the thread busy with nothing but refusals, and each step of a request that was taken would
 * wait for all of them. As many wait as there are connections.
 */
export class RefusalPace {
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #left = UNDELAYED_REFUSALS;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  /** @param now - milliseconds on a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Resolves when the refusal may be answered. */
  turn(): Promise<void> | void {
    if (this.#timer === undefined) this.#schedule();
    if (this.#left > 0) this.#left -= 1;
    else return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  #schedule(): void {
    this.#last = this.#now();
    this.#timer = setTimeout(() => this.#next(), TURN_MS);
  }

  #next(): void {
    this.#timer = undefined;
    const share = (this.#now() - this.#last) / SPREAD_MS;
    const due = this.#waiting.splice(0, Math.ceil(this.#waiting.length * share));
    this.#left = due.length === 0 ? UNDELAYED_REFUSALS : 0;
    if (due.length > 0) this.#schedule();
    for (const answer of due) answer();
  }
}
