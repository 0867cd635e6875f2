import { Worker } from 'node:worker_threads';
import type { AdmittedEntry } from '../../entries/kind.ts';
import type { SearchQuestion } from '../../log/types.ts';
import { readLogQuery } from '../http/bodies/log-query.ts';
import { questionOf, readSearchIndex } from '../http/bodies/search-index.ts';
import { Busy } from '../http/failures.ts';
import type { Admission, LogQuery } from './contract.ts';
import {
  type AdmissionSettings,
  type Batch,
  type Outcome,
  type Reply,
  type Task,
  fromOutcome,
  unpackReply,
} from './wire.ts';

/** Of the thread's heap, in MiB: what it allocates lives no longer than a batch, and V8 would take 48. */
const YOUNG = 12;

/** Bodies in one message. Their signatures are checked together, which is what makes a batch cheaper than its parts. */
const BATCH_JOBS = 24;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Bytes of a question that is read where it arrives: to send it to a thread takes longer, and it would wait behind signatures. */
const SHORT = 1024;

/** Batches that a thread has at once: one it works on, one that waits, so that it is never idle while we read. */
const IN_FLIGHT = 2;

interface Waiting {
  readonly settle: (value: never) => void;
  readonly fail: (reason: Error) => void;
}

interface Job extends Waiting {
  readonly task: Task;
  readonly body: Uint8Array;
}

interface Thread {
  readonly worker: Worker;
  /** Requests of each batch that is not answered yet, by its number. Bodies are not kept: they, or copies, are on their way. */
  readonly sent: Map<number, readonly Waiting[]>;
}

export interface PoolOptions {
  readonly threads: number;
  /** Requests that may wait before the next is refused. */
  readonly maxQueued: number;
  readonly settings: AdmissionSettings;
  /** Told when a thread died; its requests fail, and another takes its place. */
  readonly lost: (reason: unknown) => void;
  /** The program of a thread, where it is not the server's own: one that does `answerBatches`. */
  readonly program?: URL;
}

const PROGRAM = new URL('./worker.ts', import.meta.url);

/** `Admission` on threads of its own; short questions without keys and entries are not worth the way there. */
export class AdmissionPool implements Admission, AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #threads: Thread[];
  #queue: Job[] = [];
  #batches = 0;
  #flushing = false;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#threads = Array.from({ length: options.threads }, () => this.#start());
  }

  create(body: Uint8Array): Promise<AdmittedEntry> {
    return this.#submit('create', body);
  }

  createV2(body: Uint8Array): Promise<AdmittedEntry> {
    return this.#submit('createV2', body);
  }

  async logQuery(body: Uint8Array): Promise<LogQuery> {
    if (body.length > SHORT) return this.#submit('logQuery', body);
    const { entries, ...query } = readLogQuery(body, this.#options.settings);
    return entries.length > 0 ? this.#submit('logQuery', body) : { ...query, leaves: [] };
  }

  async searchQuestion(body: Uint8Array): Promise<SearchQuestion> {
    if (body.length > SHORT) return this.#submit('searchQuestion', body);
    const index = readSearchIndex(body, this.#options.settings.json);
    return index.publicKey ? this.#submit('searchQuestion', body) : questionOf(index);
  }

  #submit<Value>(task: Task, body: Uint8Array): Promise<Value> {
    const { maxQueued } = this.#options;
    if (this.#closed || this.#queue.length >= maxQueued)
      return Promise.reject(new Busy(`${maxQueued} requests are waiting to be read already`));
    return new Promise<Value>((settle, fail) => {
      this.#queue.push({ task, body, settle, fail });
      this.#flushSoon();
    });
  }

  /** Requests that arrive in the same turn travel together. */
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
      const thread = this.#threads.toSorted((a, b) => a.sent.size - b.sent.size)[0];
      if (thread === undefined || thread.sent.size >= IN_FLIGHT) return;
      const jobs = this.#take();
      const batch = packed((this.#batches += 1), jobs);
      thread.sent.set(
        batch.id,
        jobs.map(({ settle, fail }) => ({ settle, fail })),
      );
      thread.worker.postMessage(batch, [batch.bytes.buffer]);
    }
  }

  #take(): readonly Job[] {
    let bytes = 0;
    let count = 0;
    for (const { body } of this.#queue) {
      bytes += body.length;
      if (count >= BATCH_JOBS || (count > 0 && bytes > BATCH_BYTES)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  #start(): Thread {
    const { settings: workerData, program = PROGRAM } = this.#options;
    const worker = new Worker(program, {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    const thread: Thread = { worker, sent: new Map() };
    worker.on('message', (reply: Reply) => {
      settleAll(thread.sent.get(reply.id) ?? [], unpackReply(reply));
      thread.sent.delete(reply.id);
      this.#flush();
    });
    worker.on('error', (error) => this.#options.lost(error));
    worker.on('exit', () => this.#replace(thread));
    return thread;
  }

  #replace(thread: Thread): void {
    for (const { fail } of thread.sent.values().toArray().flat()) fail(new Error('an admission thread has ended'));
    thread.sent.clear();
    if (this.#closed) return;
    this.#threads[this.#threads.indexOf(thread)] = this.#start();
    this.#flushSoon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#queue.splice(0)) fail(new Busy('the server is stopping'));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}

function packed(id: number, jobs: readonly Job[]): Batch {
  const lengths = jobs.map(({ body }) => body.length);
  return { id, tasks: jobs.map(({ task }) => task), lengths, bytes: joined(jobs) };
}

/** Small bodies are copied; a large one travels alone, as it is. */
function joined(jobs: readonly Job[]): Uint8Array<ArrayBuffer> {
  const [first] = jobs;
  if (first !== undefined && jobs.length === 1 && ownsBuffer(first.body)) return first.body;
  const bytes = new Uint8Array(jobs.reduce((sum, { body }) => sum + body.length, 0));
  let at = 0;
  for (const { body } of jobs) {
    bytes.set(body, at);
    at += body.length;
  }
  return bytes;
}

const LARGE = 64 * 1024;

/** Whether there is nothing else in the body's buffer. Buffers of the size of what a socket gives may be Node's own. */
function ownsBuffer(body: Uint8Array): body is Uint8Array<ArrayBuffer> {
  return body.length > LARGE && body.buffer instanceof ArrayBuffer && body.buffer.byteLength === body.length;
}

function settleAll(jobs: readonly Waiting[], outcomes: readonly Outcome[]): void {
  for (const [i, { settle, fail }] of jobs.entries()) {
    const outcome = outcomes[i];
    if (outcome?.ok) settle(outcome.value as never);
    else fail(outcome ? fromOutcome(outcome) : new Error('an admission thread gave no answer'));
  }
}
