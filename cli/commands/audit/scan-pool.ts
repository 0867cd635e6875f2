import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Failure } from '../../../base/failure.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import type { ScanOutcome, ScanSettings, ScanUnit } from './scan-wire.ts';

/** A failure that a thread met, with its code. */
export class ScanFailed extends Failure<string> {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Called with the heads that a unit came by. A rejection ends the scan. */
type Absorb = (heads: readonly TrustedHead[]) => Promise<void>;

/** Called with the end of the entries that have been checked without a gap. */
type Advance = (next: number) => void;

/** The threads of a full audit. */
export class ScanPool implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  constructor(settings: ScanSettings, threads: number) {
    const script = new URL('./scan-worker.ts', import.meta.url);
    this.#workers = Array.from({ length: threads }, () => new Worker(script, { workerData: settings }));
  }

  /**
   * Checks the entries from `from` up to `to`, in units of `width`; each thread takes the next when it is done with one.
   *
   * @throws ScanFailed for the first unit that does not hold; nothing behind it is begun any more
   */
  async run(range: ScanUnit, width: number, absorb: Absorb, advance: Advance): Promise<void> {
    const units = unitsOf(range, width);
    const done = new Map<number, number>();
    const failures: { readonly from: number; readonly error: Error }[] = [];
    let next = range.from;
    const work = async (worker: Worker): Promise<void> => {
      for (const unit of units) {
        worker.postMessage(unit);
        const [outcome] = (await once(worker, 'message')) as [ScanOutcome];
        const error = outcome.ok ? await failureOf(() => absorb(outcome.heads)) : errorOf(outcome);
        if (error !== undefined) failures.push({ from: unit.from, error });
        if (failures.length > 0) return;
        done.set(unit.from, unit.to);
        for (let end = done.get(next); end !== undefined; end = done.get(next)) {
          done.delete(next);
          next = end;
        }
        advance(next);
      }
    };
    await Promise.all(this.#workers.map(work));
    const [first] = failures.toSorted((a, b) => a.from - b.from);
    if (first !== undefined) throw first.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Shared by the threads: each takes the next. */
function unitsOf({ from, to }: ScanUnit, width: number): Iterable<ScanUnit> {
  let at = from;
  const next = (): IteratorResult<ScanUnit> => {
    if (at >= to) return { done: true, value: undefined };
    const unit = { from: at, to: Math.min(to, at + width) };
    at = unit.to;
    return { done: false, value: unit };
  };
  return { [Symbol.iterator]: () => ({ next }) };
}

async function failureOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function errorOf({ code, message }: Extract<ScanOutcome, { ok: false }>): Error {
  return code === undefined ? new Error(message) : new ScanFailed(code, message);
}
