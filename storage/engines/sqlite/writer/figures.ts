import { Histogram } from '../../../../base/histogram.ts';

/** Seconds. */
const SYNC_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Memory that the writer's thread writes to and any other reads, without asking it. */
export interface FigureMemory {
  readonly syncs: SharedArrayBuffer;
  readonly backlog: SharedArrayBuffer;
}

export function figureMemory(): FigureMemory {
  return {
    syncs: new SharedArrayBuffer(Histogram.bytes(SYNC_SECONDS)),
    backlog: new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT),
  };
}

/** Figures of the writer's thread, as either side sees them. */
export class WriterFigures {
  /** Seconds that the disk took to have a transaction: from its last statement until it was durable. */
  readonly syncs: Histogram;
  readonly #backlog: Float64Array;

  constructor({ syncs, backlog }: FigureMemory) {
    this.syncs = new Histogram(SYNC_SECONDS, syncs);
    this.#backlog = new Float64Array(backlog);
  }

  /** Entries that wait to be bundled. */
  get unbundled(): number {
    return this.#backlog[0] ?? 0;
  }

  /** Records of the search index that are in memory only, and read again at a start. */
  get unflushed(): number {
    return this.#backlog[1] ?? 0;
  }

  setBacklog(unbundled: number, unflushed: number): void {
    this.#backlog.set([unbundled, unflushed]);
  }
}
