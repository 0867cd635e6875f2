import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** This thread's end of the checkpointer. Without it the log goes on, and its WAL grows until the next start. */
export class CheckpointThread implements AsyncDisposable {
  readonly #worker: Worker;

  constructor(folder: string) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { folder },
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await ended;
  }
}
