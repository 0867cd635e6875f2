import type { AdmittedEntry } from '../../entries/kind.ts';
import { isCostlyFormat } from '../../entries/pki/search-formats.ts';
import type { SearchQuestion } from '../../log/types.ts';
import { type LogQuery, readLogQuery } from '../http/bodies/log-query.ts';
import { questionOf, readSearchIndex } from '../http/bodies/search-index.ts';
import type { LaneFigures } from './figures.ts';
import { Lane, type LaneOptions } from './lane.ts';
import { type AdmissionSettings, COPIED_BYTES, type Task } from './messages.ts';

/** The sender of a request. */
export interface Sender {
  /** Its address, for example: requests that wait have turns by it. */
  readonly from: string;
  /** Aborted once nobody waits for the answer: a request that has not been begun then is dropped. */
  readonly gone: AbortSignal;
}

/**
 * Where request bodies become values: parsing, signature checks and key canonicalisation. What takes time is done off the
 * thread that serves HTTP. Every method rejects with a `Failure` for what the sender did wrong. Requests that wait have
 * turns by their sender; those that do not say are of one. Where the sender goes first, the reason of `gone` is the rejection.
 */
export interface Admission {
  /** One proposed entry. @throws MalformedProposal, InvalidEntry, BodyTooLarge, MalformedJson, Busy */
  create(body: Uint8Array, sender?: Sender): Promise<AdmittedEntry>;
  /** One `CreateEntryRequest` of Rekor v2. @throws MalformedJson, InvalidEntry, BodyTooLarge, Busy */
  createV2(body: Uint8Array, sender?: Sender): Promise<AdmittedEntry>;
  /** Body of `entries/retrieve`. @throws InvalidRequest, MalformedProposal, InvalidEntry, Busy */
  logQuery(body: Uint8Array, sender?: Sender): Promise<LogQuery>;
  /** Body of `index/retrieve`. @throws InvalidRequest, Busy */
  searchQuestion(body: Uint8Array, sender?: Sender): Promise<SearchQuestion>;
}

/** Bytes of a question that is read where it arrives: to send it to a thread takes longer, and it would wait behind signatures. */
const INLINE_BYTES = 1024;

/** Bytes of the longest body on the quick lane. */
const QUICK_BYTES = COPIED_BYTES;

/** Signatures of a batch are checked together, which is what makes it cheaper than its parts. */
const QUICK_BATCH = { jobs: 24, bytes: 256 * 1024 };

/** Costly requests that may wait, 0.3 s of work each at most; they count for the queue's own limit, too. */
const MAX_COSTLY_QUEUED = 256;

/** Time that a batch may take: thirty times what limits leave room for, on a machine that has other things to do. */
const MAX_WORK_MS = 10_000;

/** Old generation of a thread's heap, in MiB: a body of 32 MiB is at most 64 as text, and its values are as much. */
const HEAP_MIB = { quick: 256, costly: 768 };

export interface PoolOptions {
  /** Those of the quick lane. The other one has half as many, at least one, while there is something for them to do. */
  readonly threads: number;
  /** Requests that may wait before the next is refused. */
  readonly maxQueued: number;
  readonly settings: AdmissionSettings;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told when a thread died or was ended; another takes its place. */
  readonly lost: (reason: unknown) => void;
  /** The program of a thread, where it is not the server's own: one that does `answerBatches`. */
  readonly program?: URL;
  /** Time that a batch may take, where it is not `MAX_WORK_MS`. */
  readonly maxWorkMs?: number;
}

const PROGRAM = new URL('./worker.ts', import.meta.url);

/**
 * `Admission` on threads of its own; short questions without keys and entries are not worth the way there. Requests are in
 * two lanes, so that cheap ones wait for no costly one: the quick lane takes all bodies that are small and leaves what turns
 * out to be costly, and what did not survive there, to the other, where each request is alone.
 */
export class AdmissionPool implements Admission, AsyncDisposable {
  readonly #settings: AdmissionSettings;
  readonly #quick: Lane;
  readonly #costly: Lane;
  readonly #now: () => number;

  constructor(options: PoolOptions) {
    this.#now = options.now;
    this.#settings = options.settings;
    this.#costly = new Lane(costlyLane(options));
    this.#quick = new Lane({ ...quickLane(options), passOn: (job) => this.#costly.submit(job) });
  }

  create(body: Uint8Array, sender?: Sender): Promise<AdmittedEntry> {
    return this.#submit('create', body, sender);
  }

  createV2(body: Uint8Array, sender?: Sender): Promise<AdmittedEntry> {
    return this.#submit('createV2', body, sender);
  }

  async logQuery(body: Uint8Array, sender?: Sender): Promise<LogQuery> {
    if (body.length > INLINE_BYTES) return this.#submit('logQuery', body, sender);
    const { entries, ...query } = readLogQuery(body, this.#settings);
    return entries.length > 0 ? this.#submit('logQuery', body, sender) : { ...query, leaves: [] };
  }

  async searchQuestion(body: Uint8Array, sender?: Sender): Promise<SearchQuestion> {
    if (body.length > INLINE_BYTES) return this.#submit('searchQuestion', body, sender);
    const index = readSearchIndex(body, this.#settings.json);
    if (index.publicKey === undefined) return questionOf(index);
    return this.#submit(
      'searchQuestion',
      body,
      sender,
      isCostlyFormat(index.publicKey.format) ? this.#costly : this.#quick,
    );
  }

  #submit<Value>(task: Task, body: Uint8Array, sender: Sender | undefined, lane?: Lane): Promise<Value> {
    const chosen = lane ?? (body.length > QUICK_BYTES ? this.#costly : this.#quick);
    return new Promise<Value>((settle, fail) =>
      chosen.submit({ task, body, from: sender?.from ?? '', gone: sender?.gone, since: this.#now(), settle, fail }),
    );
  }

  /** Both lanes as they stand. */
  get figures(): readonly LaneFigures[] {
    return [this.#quick.figures, this.#costly.figures];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#quick[Symbol.asyncDispose](), this.#costly[Symbol.asyncDispose]()]);
  }
}

function laneOf({ settings, lost, now, program = PROGRAM, maxWorkMs = MAX_WORK_MS }: PoolOptions) {
  return { settings, lost, now, program, maxMs: maxWorkMs };
}

/** Each thread has two batches: one that it works on and one that waits, so that it is never idle while we read. */
function quickLane(options: PoolOptions): LaneOptions {
  const { threads, maxQueued } = options;
  const counts = { threads, standing: threads, maxQueued, inFlight: 2 };
  return { ...laneOf(options), ...counts, name: 'quick', batch: QUICK_BATCH, heapMiB: HEAP_MIB.quick };
}

function costlyLane(options: PoolOptions): LaneOptions {
  const threads = Math.max(1, Math.floor(options.threads / 2));
  const counts = { threads, standing: 0, maxQueued: Math.min(options.maxQueued, MAX_COSTLY_QUEUED), inFlight: 1 };
  return { ...laneOf(options), ...counts, name: 'costly', batch: { jobs: 1, bytes: 0 }, heapMiB: HEAP_MIB.costly };
}
