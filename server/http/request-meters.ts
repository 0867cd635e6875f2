import { Histogram } from '../../base/histogram.ts';

/** Operations of a request that is for none: a page for people, and whatever no route took. */
export const PAGES = 'pages';
export const NO_OPERATION = 'none';

/** Bounds that are shown under Stele's own name, in seconds. Between them are counted those of Rekor's own histogram as well. */
export const REQUEST_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

const REKOR_FIRST = 1e-3;
const REKOR_LAST = 60;
const REKOR_BUCKETS = 10;

/** Seconds: ten bounds from a millisecond to a minute, each the same number of times the one before. */
export const REKOR_SECONDS: readonly number[] = Array.from(
  { length: REKOR_BUCKETS },
  (_, i) => REKOR_FIRST * (REKOR_LAST / REKOR_FIRST) ** (i / (REKOR_BUCKETS - 1)),
);

const ALL_SECONDS: readonly number[] = [...new Set([...REQUEST_SECONDS, ...REKOR_SECONDS])].sort((a, b) => a - b);

/** A request that is over, as it is counted. */
export interface EndedRequest {
  /** Name of its operation, or what stands for none. */
  readonly operation: string;
  readonly status: number;
  readonly durationMs: number;
  /** Code of the failure that was the reason of its answer. */
  readonly failure: string | undefined;
}

/** All requests of one operation. */
export class RequestMeter {
  /** How long those took whose answers had one status: few, because all statuses are the server's own. Seconds. */
  readonly byStatus = new Map<number, Histogram>();

  ended(status: number, durationMs: number): void {
    let histogram = this.byStatus.get(status);
    if (histogram === undefined) this.byStatus.set(status, (histogram = new Histogram(ALL_SECONDS)));
    histogram.observe(durationMs / 1000);
  }

  /** How long all of them took, in seconds. */
  get seconds(): Histogram {
    return Histogram.sumOf(ALL_SECONDS, this.byStatus.values());
  }
}

/** Counts the requests that are over. Costs a tenth of a microsecond a request (`npm run bench -- counting`); names are the server's own, never a stranger's. */
export class RequestMeters {
  readonly #byOperation: Map<string, RequestMeter>;
  readonly #unavailable: Map<string, number>;

  /** @param operations - shown from the start, and @param reasons as well: what first appears with a count has not grown */
  constructor(operations: Iterable<string>, reasons: Iterable<string>) {
    const all = [...operations, PAGES, NO_OPERATION];
    this.#byOperation = new Map(all.map((name) => [name, new RequestMeter()]));
    this.#unavailable = new Map([...reasons].map((reason) => [reason, 0]));
  }

  ended({ operation, status, durationMs, failure }: EndedRequest): void {
    if (status === 503 && failure !== undefined)
      this.#unavailable.set(failure, (this.#unavailable.get(failure) ?? 0) + 1);
    this.#byOperation.get(operation)?.ended(status, durationMs);
  }

  /** Operations that have been asked for, and their requests. */
  get byOperation(): ReadonlyMap<string, RequestMeter> {
    return this.#byOperation;
  }

  /** How often the answer was 503, by code of the failure. */
  get byReason(): ReadonlyMap<string, number> {
    return this.#unavailable;
  }
}
