import type { IndexKeeper } from '../index/index-keeper.ts';
import type { Bundler } from '../rows/bundler.ts';

/** Milliseconds without a commit after which entries are bundled, because nobody waits for the processor. */
const QUIET = 200;

/** Milliseconds after which what there was no room for is tried again. */
const FULL_PAUSE_MS = 5000;

/** Entries that may wait to be bundled before it is done beside commits: 200 MB of them. */
const MOST_UNBUNDLED = 262_144;

export interface ChoreParts {
  readonly keeper: IndexKeeper;
  readonly bundler: Bundler;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly isWantOfRoom: (error: unknown) => boolean;
}

/** What the writer's thread does when nobody waits for it, a few milliseconds at a time. */
export class Chores {
  readonly #parts: ChoreParts;
  #committed = Number.NEGATIVE_INFINITY;
  #soon: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(parts: ChoreParts) {
    this.#parts = parts;
  }

  /** A commit has been made: there may be more to do. */
  committed(): void {
    this.#committed = this.#parts.now();
    this.start();
  }

  start(): void {
    if (this.#pause !== undefined) return;
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      this.#turn();
    });
  }

  /** Leaves it for a while: there was no room. What is put off loses nothing, and the log can be read without it. */
  pause(): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.start();
    }, FULL_PAUSE_MS);
  }

  /** Does everything that can wait. */
  finish(): void {
    const { keeper, bundler } = this.#parts;
    while (keeper.work() || bundler.work(keeper.flushedTo));
  }

  stop(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
    clearTimeout(this.#pause);
  }

  #turn(): void {
    try {
      if (this.#work()) this.start();
      else this.#later ??= setTimeout(() => this.#wake(), QUIET);
    } catch (error) {
      if (!this.#parts.isWantOfRoom(error)) throw error;
      this.pause();
    }
  }

  #wake(): void {
    this.#later = undefined;
    if (this.#parts.bundler.backlog(this.#parts.keeper.flushedTo) > 0) this.start();
  }

  #work(): boolean {
    const { keeper, bundler, now } = this.#parts;
    if (keeper.work()) return true;
    const due = now() - this.#committed >= QUIET || bundler.backlog(keeper.flushedTo) > MOST_UNBUNDLED;
    return due && bundler.work(keeper.flushedTo);
  }
}
