import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { StaleCommit } from '../../failures.ts';
import type { WriterReply, WriterRequest } from './writer-wire.ts';

interface Waiting {
  readonly settle: () => void;
  readonly fail: (reason: Error) => void;
}

/** This thread's end of the writer. Requests are answered in the order sent. */
export class WriterThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #gone: Error | undefined;

  constructor(folder: string) {
    this.#worker = new Worker(new URL('./writer-worker.ts', import.meta.url), { workerData: { folder } });
    this.#worker.on('message', (reply: WriterReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#lose(new Error('the writer thread has ended')));
  }

  request(request: WriterRequest): Promise<void> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((settle, fail) => {
      this.#waiting.push({ settle, fail });
      this.#worker.postMessage(request, request.op === 'commit' ? [request.value.buffer] : []);
    });
  }

  #settle(reply: WriterReply): void {
    const waiting = this.#waiting.shift();
    if (reply.ok) waiting?.settle();
    else waiting?.fail(reply.name === StaleCommit.name ? new StaleCommit(reply.message) : new Error(reply.message));
  }

  #lose(reason: Error): void {
    this.#gone ??= reason;
    for (const { fail } of this.#waiting.splice(0)) fail(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone) return;
    const ended = once(this.#worker, 'exit');
    await this.request({ op: 'close' });
    await ended;
  }
}
