import { DelayLimit } from '../../base/delay-limit.ts';
import { FairQueue } from './fair-queue.ts';
import type { Task } from './messages.ts';

/** A request that waits for a thread, or for its answer. */
export interface Job {
  readonly task: Task;
  readonly body: Uint8Array;
  /** Its sender: those that wait have turns. */
  readonly from: string;
  /** Aborted once nobody waits for its answer. */
  readonly gone: AbortSignal | undefined;
  /** Milliseconds on the clock of the queue. */
  readonly since: number;
  readonly settle: (value: never) => void;
  readonly fail: (reason: Error) => void;
}

/** Requests and bytes in one message to a thread. A body that is longer travels alone. */
export interface BatchLimits {
  readonly jobs: number;
  readonly bytes: number;
}

export interface JobQueueOptions {
  /** Requests that may wait before the next is refused. */
  readonly maxQueued: number;
  readonly batch: BatchLimits;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Milliseconds that all requests may wait for a thread, for long: of more of them the newest are refused. */
const TARGET_MS = 50;

/** Requests that may wait however slow the threads are: a burst of so many is none that has to be refused. */
const LEAST_REQUESTS = 512;

/** Requests that wait for a thread, bounded in number and in the time that they wait. */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #queue = new FairQueue<Job>();
  readonly #delay: DelayLimit;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#delay = new DelayLimit({ targetMs: TARGET_MS, least: LEAST_REQUESTS });
  }

  get length(): number {
    return this.#queue.length;
  }

  /** @returns the one that there is no room for */
  add(job: Job): Job | undefined {
    return this.#queue.add(job, Math.min(this.#options.maxQueued, this.#delay.most));
  }

  /** @returns whether it was there */
  remove(job: Job): boolean {
    return this.#queue.remove(job);
  }

  /** Takes out the next batch, and those that would now wait for too long. */
  take(): { readonly jobs: readonly Job[]; readonly refused: readonly Job[] } {
    const { batch, now } = this.#options;
    const jobs: Job[] = [];
    let [bytes, newest] = [0, 0];
    for (let next = this.#queue.next; next !== undefined && jobs.length < batch.jobs; next = this.#queue.next) {
      bytes += next.body.length;
      if (jobs.length > 0 && bytes > batch.bytes) break;
      newest = Math.max(newest, next.since);
      jobs.push(next);
      this.#queue.take();
    }
    const at = now();
    this.#delay.taken(jobs.length, at - newest, at);
    return { jobs, refused: this.#queue.trim(this.#delay.most) };
  }

  takeAll(): readonly Job[] {
    return this.#queue.trim(0);
  }
}
