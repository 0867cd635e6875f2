import { BackgroundThread } from '../threads/background-thread.ts';
import type { ScrubFigures, ScrubMessage, ScrubSettings } from './messages.ts';

export interface ScrubberOptions {
  /** Told of each damage. */
  readonly damaged: (sentence: string) => void;
  readonly warn: (sentence: string) => void;
  readonly announce: (sentence: string) => void;
}

/** Milliseconds from the start to the first slice, at most: a process that is ended at once has scrubbed nothing. */
const DELAY_MS = 10_000;
/** Milliseconds until a thread that ended is replaced. */
const RESTART_MS = 60_000;
/** Periods since the last full pass after which the scrub is late: a pass may take two, where the disk has other things to do. */
const LATE_PERIODS = 3;
/** Room for young objects of the thread. */
const YOUNG_MIB = 4;

const NOTHING: ScrubFigures = { entries: 0, records: 0, position: 0, lastPass: undefined, damaged: 0 };

/** Reads all that is stored again and again while the log serves, and tells of what is not as it was written. */
export class Scrubber implements AsyncDisposable {
  readonly #settings: ScrubSettings;
  readonly #options: ScrubberOptions;
  readonly #thread: BackgroundThread<ScrubMessage>;
  #failed = false;
  #figures = NOTHING;
  #found = 0;
  #repaired = 0;

  constructor(settings: ScrubSettings, options: ScrubberOptions) {
    [this.#settings, this.#options] = [settings, options];
    this.#thread = new BackgroundThread({
      module: new URL('./worker.ts', import.meta.url),
      options: { workerData: settings, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } },
      restartMs: RESTART_MS,
      take: (message) => this.#take(message),
      failed: (reason) => this.#fail(reason),
    });
  }

  /** Milliseconds that a full pass is to take. */
  get period(): number {
    return this.#settings.period;
  }

  get figures(): ScrubFigures {
    return this.#figures;
  }

  /**
   * `ok`, or what is wrong, for everybody to read.
   *
   * @param now - seconds since the Unix epoch
   */
  state(now: number): string {
    const { damaged, lastPass } = this.#figures;
    if (damaged > 0) return `damage was found in ${placesOf(damaged)}: said until a full pass finds none`;
    if (this.#failed) return 'the scrub cannot read the log';
    const late = lastPass !== undefined && now - lastPass > (LATE_PERIODS * this.#settings.period) / 1000;
    return late ? 'the last full pass is too long ago' : 'ok';
  }

  /** Times that damage was found since the start of the process. */
  get found(): number {
    return this.#found;
  }

  /** Times that something was mended since the start of the process. */
  get repaired(): number {
    return this.#repaired;
  }

  /** Begins, once. For when the log serves. */
  start(): void {
    this.#thread.start(Math.min(DELAY_MS, this.#settings.period / 10));
  }

  /** Ends behind the slice that is read, up to some tenths of a second. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#thread[Symbol.asyncDispose]();
  }

  #take(message: ScrubMessage): void {
    switch (message.kind) {
      case 'figures':
        this.#failed = false;
        this.#figures = message.figures;
        return;
      case 'damage':
        this.#found += 1;
        return this.#options.damaged(message.says);
      case 'repaired':
        this.#repaired += 1;
        return this.#options.warn(`the scrub has mended damage in ${message.says}`);
      case 'warning':
        return this.#options.warn(`the scrub: ${message.says}`);
      case 'passed':
        return this.#passed(message);
      case 'failed':
        return this.#fail(message.reason);
    }
  }

  #passed({ entries, damaged }: Extract<ScrubMessage, { readonly kind: 'passed' }>): void {
    const outcome = damaged === 0 ? 'and all are as they were written' : `and found damage in ${placesOf(damaged)}`;
    const say = damaged === 0 ? this.#options.announce : this.#options.warn;
    say(`the scrub has read ${entries} entries and all that is kept of them, ${outcome}`);
  }

  #fail(reason: string): void {
    if (this.#thread.isClosed) this.#options.warn(`the scrub was left as it stood: ${reason}`);
    else if (!this.#failed)
      this.#options.warn(
        `the scrub cannot read the log: ${reason}. The log goes on, and the scrub is tried again every minute`,
      );
    this.#failed = true;
  }
}

const placesOf = (count: number): string => (count === 1 ? '1 place' : `${count} places`);
