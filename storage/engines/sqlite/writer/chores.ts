import { isDamageOfFile } from '../rows/damage.ts';
import type { SearchIndexWriter } from '../search-index/search-index-writer.ts';
import type { Bundler } from '../rows/bundler.ts';

/** Milliseconds without a commit after which entries are bundled, because nobody waits for the processor. */
const QUIET_MS = 200;

/** Milliseconds after which what there was no room for is tried again. */
const FULL_PAUSE_MS = 5000;

/**
 * Milliseconds between bundles that are made beside commits, so that a log that is never quiet has them soon: 1.5% of the
 * thread, and enough for a thousand entries a second. Above that some wait for a quiet moment, or for `MOST_UNBUNDLED`.
 */
const PACE = 250;

/** Entries that may wait to be bundled before it is done beside commits: 200 MB of them. */
const MOST_UNBUNDLED = 262_144;

export interface ChoreParts {
  readonly keeper: SearchIndexWriter;
  readonly bundler: Bundler;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly isWantOfRoom: (error: unknown) => boolean;
  /** Told each time that some work has been done, or there is none. */
  readonly turned: () => void;
  /** Told once if what is worked on is damaged: the work on it ends, and commits go on. */
  readonly damaged: (damage: Error) => void;
}

/** Work of the writer's thread between commits, a few milliseconds at a time. */
export class Chores {
  readonly #parts: ChoreParts;
  #committed = Number.NEGATIVE_INFINITY;
  #bundled = Number.NEGATIVE_INFINITY;
  readonly #broken = new Set<'index' | 'bundles'>();
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
    while (this.#index() || this.#bundle());
  }

  stop(): void {
    clearImmediate(this.#soon);
    clearTimeout(this.#later);
    clearTimeout(this.#pause);
  }

  #turn(): void {
    try {
      if (this.#work()) this.start();
      else this.#later ??= setTimeout(() => this.#wake(), QUIET_MS);
    } catch (error) {
      if (!this.#parts.isWantOfRoom(error)) throw error;
      this.pause();
    }
    this.#parts.turned();
  }

  #wake(): void {
    this.#later = undefined;
    if (this.#backlog > 0) this.start();
  }

  #work(): boolean {
    if (this.#index()) return true;
    const { now } = this.#parts;
    const due = now() - this.#committed >= QUIET_MS || now() - this.#bundled >= PACE || this.#backlog > MOST_UNBUNDLED;
    return due && this.#bundle();
  }

  /** Entries that wait to be bundled. */
  get #backlog(): number {
    const { bundler, keeper } = this.#parts;
    return this.#broken.has('bundles') ? 0 : bundler.backlog(keeper.to);
  }

  #index(): boolean {
    return this.#unlessBroken('index', () => this.#parts.keeper.work());
  }

  #bundle(): boolean {
    const { bundler, keeper, now } = this.#parts;
    this.#bundled = now();
    return this.#unlessBroken('bundles', () => bundler.work(keeper.to));
  }

  /** Runs `work`, and leaves damage for a read to report, or for the next start: it must not end the thread that commits. */
  #unlessBroken(what: 'index' | 'bundles', work: () => boolean): boolean {
    if (this.#broken.has(what)) return false;
    try {
      return work();
    } catch (error) {
      if (this.#parts.isWantOfRoom(error) || !isDamageOfFile(error)) throw error;
      this.#broken.add(what);
      this.#parts.damaged(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }
}
