import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type WorkerOptions } from 'node:worker_threads';

export interface BackgroundThreadParts<Message> {
  /** The module that the thread runs. It ends its work when it is sent `close`. */
  readonly module: URL;
  readonly options: WorkerOptions;
  /** Milliseconds until a thread that ended by itself is replaced. */
  readonly restartMs: number;
  /** Takes what the thread sends. */
  readonly take: (message: Message) => void;
  /** Told why the thread ended by itself, or that it did not end when it was told to. */
  readonly failed: (reason: string) => void;
}

/** Milliseconds that a thread has to end its work once it is told to. */
const STOP_MS = 10_000;

/** A thread that works beside the log until the log stops. The log waits for it at its end alone, and not for ever. */
export class BackgroundThread<Message> implements AsyncDisposable {
  readonly #parts: BackgroundThreadParts<Message>;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: BackgroundThreadParts<Message>) {
    this.#parts = parts;
  }

  /** Whether it has been told to end. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Starts the thread. @param delay - milliseconds until then */
  start(delay = 0): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#startNow(), delay);
    this.#timer.unref();
  }

  /** Has the thread end its work. One that waits for a disk that gives no answer is left, and ends with the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const late = new AbortController();
    const ended = once(worker, 'exit').then(() => late.abort());
    worker.postMessage('close');
    await Promise.race([ended, sleep(STOP_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    if (this.#worker !== undefined) this.#leave(worker);
  }

  #startNow(): void {
    const { module, options, take } = this.#parts;
    let reason = 'its thread ended by itself';
    const worker = new Worker(module, options);
    worker.on('message', (message: Message) => take(message));
    worker.on('error', (error) => void (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => this.#ended(reason));
    this.#worker = worker;
  }

  #ended(reason: string): void {
    this.#worker = undefined;
    if (this.#closed) return;
    this.#parts.failed(reason);
    this.start(this.#parts.restartMs);
  }

  /** A thread that the system holds cannot be ended, and Node would wait for it at its own end: only SIGKILL goes by it. */
  #leave(worker: Worker): void {
    worker.unref();
    this.#parts.failed(`its disk has given no answer for ${STOP_MS / 1000} s`);
    process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
  }
}
