import { hash } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SequencedEntry } from '../../../entries.ts';
import type { Commit } from '../../../heads.ts';
import type { Fingerprints } from '../../../search-index/fingerprints.ts';
import { RecordList, type Records } from '../../../search-index/records.ts';
import type { Run } from '../../../search-index/runs.ts';
import { packBatch } from '../rows/batch-row.ts';
import { tilePlace } from '../rows/tile-table.ts';
import {
  revivedError,
  sentError,
  type RunsAdopted,
  type RunsPublished,
  type WriterBegun,
  type WriterReply,
  type WriterRequest,
  type WriterSays,
  type WriterSettings,
  type WriterCommit,
} from './wire.ts';

/** Of the thread's heap, in MiB: what it allocates lives no longer than a batch, and V8 would take 48. */
const YOUNG_MIB = 6;

type Message = WriterReply | RunsPublished | WriterBegun | WriterSays;

interface Waiting {
  readonly settle: () => void;
  readonly fail: (reason: Error) => void;
}

/** This thread's end of the writer. Requests are answered in the order sent. */
export class WriterThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #began = Promise.withResolvers<WriterBegun>();
  readonly #tell: (says: WriterSays) => void;
  #adopt: (runs: readonly Run[]) => void = () => undefined;
  #gone: Error | undefined;

  /** @param tell - told what is for the operator */
  constructor(settings: WriterSettings, tell: (says: WriterSays) => void) {
    this.#tell = tell;
    this.#began.promise.catch(() => undefined); // whoever begins hears of it
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error) => this.#lose(revivedError(sentError(error))));
    this.#worker.on('exit', () => this.#lose(new Error('the writer thread has ended')));
  }

  /** Resolves with what the index has once the thread works. */
  begin(): Promise<WriterBegun> {
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
    switch (message.op) {
      case 'begun':
        return this.#began.resolve(message);
      case 'says':
        return this.#tell(message);
      case 'runs':
        this.#adopt(message.runs);
        return this.#worker.postMessage({ op: 'adopted' } satisfies RunsAdopted);
      case 'done':
        return this.#waiting.shift()?.settle();
      case 'failed':
        return this.#waiting.shift()?.fail(revivedError(message.error));
    }
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

/** Buffers that change hands: the row of a commit. The rest is small, or still needed on this side. */
function buffersOf(request: WriterRequest): readonly ArrayBuffer[] {
  return request.op === 'commit' ? [request.value.batch.buffer] : [];
}

const NONE = new Uint8Array();

/** A commit, ready to be written. */
export function packCommit({ after, head, entries, tiles }: Commit, fingerprints: Fingerprints): WriterCommit {
  const hashes = entries.map(({ attestation }) => attestation && hash('sha256', attestation, 'buffer'));
  return {
    after,
    head,
    batch: packBatch(
      entries,
      hashes.map((each) => each ?? NONE),
    ),
    records: recordsOf(entries, fingerprints),
    attestations: entries.flatMap(({ attestation }, i) => {
      const kept = hashes[i];
      return attestation && kept ? [{ hash: kept, payload: attestation }] : [];
    }),
    tiles: tiles.map(({ tile, ...id }) => ({ place: tilePlace(id), nodes: tile })),
  };
}

function recordsOf(entries: readonly SequencedEntry[], fingerprints: Fingerprints): Records {
  const list = new RecordList();
  for (const { index, leafHash, searchKeys } of entries) fingerprints.addTo(list, index, leafHash, searchKeys.packed);
  return list.take();
}
