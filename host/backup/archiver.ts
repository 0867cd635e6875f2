import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
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
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #size = 0;
  #fault: string | undefined;
  #heard: number;

  constructor(settings: ArchiveSettings, options: ArchiverOptions) {
    [this.#settings, this.#options] = [settings, options];
    this.#heard = options.now();
    this.#start();
  }

  /** `ok`, or why the archive is not written. */
  state(): string {
    if (this.#fault !== undefined) return `the archive is not written: ${this.#fault}`;
    return this.age() > LATE_MS ? `the archive was written last ${Math.round(this.age() / 1000)} s ago` : 'ok';
  }

  /** Milliseconds since the archive had everything. */
  age(): number {
    return this.#options.now() - this.#heard;
  }

  /** Entries in the archive. */
  get size(): number {
    return this.#size;
  }

  /** Adds what is new, unless the archive fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = once(worker, 'exit');
    worker.postMessage('close');
    await ended;
  }

  #start(): void {
    let reason = 'its thread ended by itself';
    const worker = new Worker(new URL('./archive-worker.ts', import.meta.url), { workerData: this.#settings });
    worker.on('message', (pass: ArchivePass) => this.#take(pass));
    worker.on('error', (error) => void (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => this.#ended(reason));
    this.#worker = worker;
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
    if (this.#fault === undefined)
      this.#options.warn(
        `the archive in ${this.#settings.into} is not written: ${reason}. The log goes on, and tries it again every second: what it takes until then is on one disk only`,
      );
    this.#fault = reason;
  }

  #ended(reason: string): void {
    this.#worker = undefined;
    if (this.#closed) return;
    this.#fail(reason);
    this.#timer = setTimeout(() => this.#start(), RESTART_MS);
    this.#timer.unref();
  }
}
