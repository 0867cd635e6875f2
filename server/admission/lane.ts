import { Worker } from 'node:worker_threads';
import { Busy } from '../http/failures.ts';
import { type LaneFigures, verdictOf } from './figures.ts';
import { type Job, JobQueue, type JobQueueOptions } from './job-queue.ts';
import {
  fromOutcome,
  type LaneName,
  type AdmissionSettings,
  type Outcome,
  packed,
  type Reply,
  type ThreadSettings,
  unpackReply,
} from './messages.ts';

/** Young generation of a thread's heap, in MiB: what it allocates lives no longer than a batch, and V8 would take 48. */
const YOUNG_MIB = 12;

/** Ticks of the watchdog in the time that a batch may take. */
const TICKS = 4;
/** Ticks after which a thread that is not standing, and has nothing to do, is ended. */
const IDLE_TICKS = 24;

export interface LaneOptions extends JobQueueOptions {
  readonly name: LaneName;
  /** Threads at most, and those that are started at once and kept. */
  readonly threads: number;
  readonly standing: number;
  /** Batches that a thread has at once. */
  readonly inFlight: number;
  /** Time that a thread may work on one batch. One that takes up to a quarter more may pass. */
  readonly maxMs: number;
  /** Old generation of a thread's heap, in MiB: a thread that needs more is ended. */
  readonly heapMiB: number;
  readonly settings: AdmissionSettings;
  readonly program: URL;
  /** Told when a thread died or was ended; another takes its place. */
  readonly lost: (reason: unknown) => void;
  /** Takes requests that this lane does not finish; without it they fail. Their bodies are whole. */
  readonly passOn?: (job: Job) => void;
}

interface Thread {
  readonly worker: Worker;
  /** Requests of each batch that is not answered yet, by its number. */
  readonly sent: Map<number, readonly Job[]>;
  isReady: boolean;
  isLate: boolean;
  /** Since it was ready, given something to do or answered. */
  ticks: number;
}

/** A queue of requests and the admission threads that take from it. */
export class Lane implements AsyncDisposable {
  readonly #options: LaneOptions;
  readonly #watchdog: NodeJS.Timeout;
  readonly #threads: Thread[] = [];
  readonly #queue: JobQueue;
  readonly #verdicts = { good: 0, refused: 0, 'passed-on': 0, busy: 0, failed: 0 };
  #lost = 0;
  #batches = 0;
  #flushing = false;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#queue = new JobQueue(options);
    for (let i = 0; i < options.standing; i += 1) this.#start();
    this.#watchdog = setInterval(() => this.#tick(), options.maxMs / TICKS).unref();
  }

  get figures(): LaneFigures {
    const busy = this.#threads.filter(({ sent }) => sent.size > 0).length;
    return {
      lane: this.#options.name,
      threads: this.#threads.length,
      busy,
      lost: this.#lost,
      queued: this.#queue.length,
      verdicts: this.#verdicts,
    };
  }

  /**
   * If too many wait already, one of the sender that has most fails with `Busy`. Jobs of the same turn travel together. One
   * whose sender goes while it waits fails at once, and its place and body are free.
   */
  submit(job: Job): void {
    if (job.gone?.aborted === true) return job.fail(goneOf(job));
    job.gone?.addEventListener('abort', () => this.#drop(job), { once: true });
    const refused = this.#closed ? job : this.#queue.add(job);
    if (refused !== undefined) this.#refuse(refused);
    if (refused !== job) this.#flushSoon();
  }

  #refuse(job: Job): void {
    this.#verdicts.busy += 1;
    job.fail(new Busy('too many requests are waiting to be read already; try again'));
  }

  /** One that is in a thread already is finished there. */
  #drop(job: Job): void {
    if (this.#queue.remove(job)) job.fail(goneOf(job));
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#queue.length > 0) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      const { jobs, refused } = this.#queue.take();
      for (const job of refused) this.#refuse(job);
      const batch = packed((this.#batches += 1), jobs);
      if (thread.sent.size === 0) thread.ticks = 0;
      thread.sent.set(batch.id, jobs);
      thread.worker.postMessage(batch, [batch.bytes.buffer]);
    }
  }

  #freeThread(): Thread | undefined {
    const { threads, inFlight } = this.#options;
    const least = this.#threads.toSorted((a, b) => a.sent.size - b.sent.size)[0];
    if (this.#threads.length < threads && (least === undefined || least.sent.size > 0)) return this.#start();
    return least !== undefined && least.sent.size < inFlight ? least : undefined;
  }

  #start(): Thread {
    const { name, heapMiB, settings, program, lost } = this.#options;
    const workerData: ThreadSettings = { ...settings, lane: name };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MIB, maxOldGenerationSizeMb: heapMiB };
    const worker = new Worker(program, { workerData, resourceLimits });
    const thread: Thread = { worker, sent: new Map(), isReady: false, isLate: false, ticks: 0 };
    this.#threads.push(thread);
    worker.on('message', (reply: Reply) => {
      const jobs = thread.sent.get(reply.id) ?? [];
      thread.sent.delete(reply.id);
      thread.isReady = true;
      thread.ticks = 0;
      this.#settle(jobs, unpackReply(reply));
      this.#flush();
    });
    worker.on('error', lost);
    worker.on('exit', () => this.#replace(thread));
    return thread;
  }

  #settle(jobs: readonly Job[], outcomes: readonly Outcome[]): void {
    for (const [i, job] of jobs.entries()) {
      const outcome = outcomes[i];
      this.#verdicts[verdictOf(outcome)] += 1;
      if (outcome === undefined) job.fail(new Error('an admission thread gave no answer'));
      else if (outcome.is === 'value') job.settle(outcome.value as never);
      else if (outcome.is === 'deferred' && this.#options.passOn !== undefined) this.#options.passOn(job);
      else job.fail(fromOutcome(outcome));
    }
  }

  /** Ends threads that work for too long on a batch, and those that have long had nothing to do. */
  #tick(): void {
    const { maxMs, standing, lost } = this.#options;
    for (const thread of this.#threads.values().toArray()) {
      thread.ticks += thread.isReady ? 1 : 0;
      const isIdle = thread.sent.size === 0;
      if (thread.ticks <= (isIdle ? IDLE_TICKS : TICKS) || thread.isLate) continue;
      if (isIdle && this.#threads.length <= standing) continue;
      if (isIdle) this.#threads.splice(this.#threads.indexOf(thread), 1);
      else lost(new Error(`an admission thread worked on one batch for more than ${maxMs} ms, and is ended`));
      thread.isLate = !isIdle;
      void thread.worker.terminate();
    }
  }

  #replace(thread: Thread): void {
    const at = this.#threads.indexOf(thread);
    if (at >= 0) this.#threads.splice(at, 1);
    const jobs = thread.sent.values().toArray().flat();
    thread.sent.clear();
    if (jobs.length > 0) this.#lost += 1;
    for (const job of jobs) this.#giveUp(job, thread.isLate);
    if (this.#closed) return;
    if (this.#threads.length < this.#options.standing) this.#start();
    this.#flushSoon();
  }

  #giveUp(job: Job, isLate: boolean): void {
    const { passOn, maxMs } = this.#options;
    this.#verdicts[passOn === undefined ? 'failed' : 'passed-on'] += 1;
    if (passOn !== undefined) passOn(job);
    else if (isLate)
      job.fail(new Busy(`to read and check this request took longer than ${maxMs} ms, and it was ended`));
    else job.fail(new Error('an admission thread has ended'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watchdog);
    for (const job of this.#queue.takeAll()) job.fail(new Busy('the server is stopping'));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}

function goneOf({ gone }: Job): Error {
  return gone?.reason instanceof Error ? gone.reason : new Error('nobody waits for the answer');
}
