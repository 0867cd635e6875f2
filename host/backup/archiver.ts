import { BackgroundThread } from '../threads/background-thread.ts';
import type { ArchivePass, ArchiveSettings } from './archive-messages.ts';

export interface ArchiverOptions {
  /** Told once when the archive is not written any more, and why. */
  readonly warn: (sentence: string) => void;
  /** Told when it is written again. */
  readonly announce: (sentence: string) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Milliseconds after which an archiver that says nothing is late: it adds what is new each second. */
const LATE_MS = 5000;
/** Milliseconds until a thread that ended is replaced. */
const RESTART_MS = 1000;

/**
 * Keeps a copy of a running log on another disk, at most a second behind. The log never waits for it, and goes on where it
 * fails: what that means for entries is docs/backup.md's to say.
 */
export class Archiver implements AsyncDisposable {
  readonly #settings: ArchiveSettings;
  readonly #options: ArchiverOptions;
  readonly #thread: BackgroundThread<ArchivePass>;
  #size = 0;
  #fault: string | undefined;
  #heard: number;

  constructor(settings: ArchiveSettings, options: ArchiverOptions) {
    [this.#settings, this.#options] = [settings, options];
    this.#heard = options.now();
    this.#thread = new BackgroundThread({
      module: new URL('./archive-worker.ts', import.meta.url),
      options: { workerData: settings },
      restartMs: RESTART_MS,
      take: (pass) => this.#take(pass),
      failed: (reason) => this.#fail(reason),
    });
    this.#thread.start();
  }

  /** `ok`, or why the archive is not written. */
  state(): string {
    if (this.#fault !== undefined) return `the archive is not written: ${this.#fault}`;
    return this.age() > LATE_MS ? `the archive has been behind for ${Math.round(this.age() / 1000)} s` : 'ok';
  }

  /** Milliseconds since the archive had everything. */
  age(): number {
    return this.#options.now() - this.#heard;
  }

  /** Entries in the archive. */
  get size(): number {
    return this.#size;
  }

  /** Adds what is new, unless the archive fails or that takes long. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#thread[Symbol.asyncDispose]();
  }

  #take(pass: ArchivePass): void {
    if (!pass.ok) return this.#fail(pass.reason);
    this.#heard = this.#options.now();
    this.#size = pass.size;
    if (this.#fault !== undefined)
      this.#options.announce(`the archive in ${this.#settings.into} is written again: it has ${pass.size} entries`);
    this.#fault = undefined;
  }

  #fail(reason: string): void {
    const { into } = this.#settings;
    if (this.#thread.isClosed)
      this.#options.warn(`the archive in ${into} lacks what came last: ${reason}. The next start goes on with it`);
    else if (this.#fault === undefined)
      this.#options.warn(
        `the archive in ${into} is not written: ${reason}. The log goes on, and tries it again every second: what it takes until then is on one disk only`,
      );
    this.#fault = reason;
  }
}
