import { Worker } from 'node:worker_threads';

export interface CheckpointOptions {
  /** Told why the thread has ended. */
  readonly lost: (reason: string) => void;
  /** Milliseconds until another takes its place: at first, doubled each time. */
  readonly wait?: number;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * This thread's end of the checkpointer. Without it the log goes on and loses nothing, but its WAL grows: so one that has ended
 * is replaced. What ends it, such as a disk that cannot be written, is the writer's to judge.
 */
export class WalCheckpointer implements AsyncDisposable {
  readonly #folder: string;
  readonly #lost: CheckpointOptions['lost'];
  #wait: number;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(folder: string, { lost, wait = FIRST_WAIT_MS }: CheckpointOptions) {
    [this.#folder, this.#lost, this.#wait] = [folder, lost, wait];
    this.#start();
  }

  #start(): void {
    let reason = 'it ended by itself';
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { folder: this.#folder },
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    worker.on('error', (error) => void (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => this.#ended(reason));
    this.#worker = worker;
  }

  #ended(reason: string): void {
    this.#worker = undefined;
    if (this.#closed) return;
    this.#lost(reason);
    this.#timer = setTimeout(() => this.#start(), this.#wait);
    this.#timer.unref();
    this.#wait = Math.min(LONGEST_WAIT_MS, 2 * this.#wait);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close');
    await ended;
  }
}
