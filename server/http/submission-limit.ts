import { DelayLimit } from '../../base/delay-limit.ts';
import { Busy } from './failures.ts';

/** Milliseconds between two looks at how late this thread is. */
const LOOK_MS = 20;

/** Milliseconds that it may be late for long, and in which what is taken then should be answered. */
const LATE_MS = 25;
const ANSWER_MS = 100;

/** Submissions that are taken at one time however busy the thread is: twice as many as load it fully where nothing else runs. */
const LEAST_SUBMISSIONS = 512;

/**
 * Takes no more submissions than can be answered soon while the thread that serves HTTP has too much to do: each step of one waits
 * there for all others. Senders have equal shares. It says nothing of disks and witnesses that are slow, for which a
 * submission waits without work.
 */
export class SubmissionLimit {
  readonly #now: () => number;
  readonly #limit = new DelayLimit({ targetMs: LATE_MS, inMs: ANSWER_MS, least: LEAST_SUBMISSIONS });
  readonly #bySender = new Map<string, number>();
  #inside = 0;
  #done = 0;
  #looked = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now - milliseconds on a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns how to leave, to be called once @throws Busy */
  enter(from: string): () => void {
    const own = this.#bySender.get(from) ?? 0;
    const { most } = this.#limit;
    if (this.#inside >= most && own >= Math.max(1, Math.floor(most / this.#bySender.size)))
      throw new Busy('too many submissions are being worked on; try again');
    this.#bySender.set(from, own + 1);
    this.#inside += 1;
    this.#watch();
    return () => this.#leave(from);
  }

  #leave(from: string): void {
    const own = (this.#bySender.get(from) ?? 1) - 1;
    if (own > 0) this.#bySender.set(from, own);
    else this.#bySender.delete(from);
    this.#inside -= 1;
    this.#done += 1;
  }

  #watch(): void {
    if (this.#timer !== undefined) return;
    this.#looked = this.#now();
    this.#timer = setTimeout(() => this.#look(), LOOK_MS).unref();
  }

  /** Goes on while there are submissions, or until nothing is limited any more. */
  #look(): void {
    const now = this.#now();
    this.#limit.taken(this.#done, Math.max(0, now - this.#looked - LOOK_MS), now);
    this.#done = 0;
    this.#timer = undefined;
    if (this.#inside > 0 || this.#limit.most < Number.POSITIVE_INFINITY) this.#watch();
  }
}
