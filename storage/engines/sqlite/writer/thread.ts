import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Run } from '../../../search-index/runs.ts';
import { NoRoom, StaleCommit, StaleWitness, StoreRefused } from '../../../failures.ts';
import type {
  RunsAdopted,
  RunsPublished,
  WriterBegun,
  WriterReply,
  WriterRequest,
  WriterSays,
  WriterSettings,
} from './wire.ts';

/** Of the thread's heap, in MiB: what it allocates lives no longer than a batch, and V8 would take 48. */
const YOUNG = 6;

type Message = WriterReply | RunsPublished | WriterBegun | { readonly says: WriterSays };

interface Waiting {
  readonly settle: () => void;
  readonly fail: (reason: Error) => void;
}

/** This thread's end of the writer. Requests are answered in the order sent. */
export class WriterThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #began = Promise.withResolvers<WriterBegun['begun']>();
  readonly #tell: (says: WriterSays) => void;
  #adopt: (runs: readonly Run[]) => void = () => undefined;
  #gone: Error | undefined;

  /** @param tell - told what is for the operator */
  constructor(settings: WriterSettings, tell: (says: WriterSays) => void) {
    this.#tell = tell;
    this.#began.promise.catch(() => undefined); // whoever begins hears of it
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error) =>
      this.#lose(ofItsClass(error instanceof Error ? error : new Error(String(error)))),
    );
    this.#worker.on('exit', () => this.#lose(new Error('the writer thread has ended')));
  }

  /** Resolves with what the index has once the thread works. */
  begin(): Promise<WriterBegun['begun']> {
    return this.#began.promise;
  }

  /** From now on `adopt` is called with the runs there are, each time they change, before any later request is answered. */
  publishTo(adopt: (runs: readonly Run[]) => void): void {
    this.#adopt = adopt;
  }

  request(request: WriterRequest): Promise<void> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((settle, fail) => {
      this.#waiting.push({ settle, fail });
      this.#worker.postMessage(request, buffersOf(request));
    });
  }

  #receive(message: Message): void {
    if ('begun' in message) return this.#began.resolve(message.begun);
    if ('says' in message) return this.#tell(message.says);
    if (!('runs' in message)) return this.#settle(message);
    this.#adopt(message.runs);
    this.#worker.postMessage({ op: 'adopted' } satisfies RunsAdopted);
  }

  #settle(reply: WriterReply): void {
    const waiting = this.#waiting.shift();
    if (reply.ok) waiting?.settle();
    else waiting?.fail(toError(reply));
  }

  #lose(reason: Error): void {
    this.#gone ??= reason;
    this.#began.reject(reason);
    for (const { fail } of this.#waiting.splice(0)) fail(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone) return;
    const ended = once(this.#worker, 'exit');
    await this.request({ op: 'close' });
    await ended;
  }
}

/** A failure keeps its class over the threads. */
function toError({ name, message }: Extract<WriterReply, { readonly ok: false }>): Error {
  return ofItsClass(Object.assign(new Error(message), { name }));
}

function ofItsClass(error: Error): Error {
  const known = [StaleCommit, StaleWitness, StoreRefused, NoRoom].find((one) => one.name === error.name);
  return known === undefined ? error : new known(error.message);
}

/** Buffers that change hands: the row of a commit. The rest is small, or still needed on this side. */
function buffersOf(request: WriterRequest): readonly ArrayBuffer[] {
  return request.op === 'commit' ? [request.value.batch.buffer] : [];
}
