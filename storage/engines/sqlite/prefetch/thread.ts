import { Worker } from 'node:worker_threads';
import type { PrefetchRequest } from './wire.ts';

/** This thread's end of the prefetcher, which starts when it is needed first. Without it all is well, and slower. */
export class PrefetchThread implements AsyncDisposable {
  readonly #folder: string;
  readonly #waiting: (() => void)[] = [];
  #worker: Worker | undefined;
  #state: 'starting' | 'ready' | 'gone' = 'starting';

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves once all of it is in memory, or the thread is not there to see to it. */
  async read(request: PrefetchRequest): Promise<void> {
    if (this.#state === 'gone') return;
    this.#worker ??= this.#start();
    if (this.#state === 'starting') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#worker.postMessage(request);
    await promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { folder: this.#folder },
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    worker.on('message', (message: 'ready' | 'done') => {
      if (message === 'done') this.#waiting.shift()?.();
      else this.#state = 'ready';
    });
    worker.on('error', () => this.#lose());
    worker.on('exit', () => this.#lose());
    return worker;
  }

  #lose(): void {
    this.#state = 'gone';
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const wasGone = this.#state === 'gone';
    this.#state = 'gone';
    if (this.#worker === undefined || wasGone) return;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#worker.once('exit', () => resolve()); // however it ends
    this.#worker.postMessage('close');
    await ended;
  }
}
