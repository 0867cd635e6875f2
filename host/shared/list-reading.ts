import { equalBytes } from '../../base/bytes.ts';
import type { Follower } from '../../log/follow.ts';
import { type RecordLogUnreachable, Trimmed } from '../../storage/record-log.ts';
import type { Step } from '../../storage/records/step.ts';
import { listFault, mayPass, type RecordList } from '../../storage/shared/record-list.ts';

export interface ListReadingParts {
  readonly list: RecordList;
  readonly follower: Follower;
  /** Told of steps that the local store has. */
  readonly moved: (steps: readonly Step[]) => void;
  readonly announce: (sentence: string) => void;
  readonly warn: (sentence: string) => void;
  readonly fatal: (reason: unknown) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** The leadership that the list tells of. */
export interface Leadership {
  readonly term: Uint8Array;
  readonly address: string;
  /** Aborted once another begins. */
  readonly ended: AbortSignal;
}

/** Takes the records of others into the local store, one after the other, and knows why it does not. */
export class ListReading {
  readonly #parts: ListReadingParts;
  #leader: Leadership | undefined;
  #ending = new AbortController();
  /** When the last record was seen, and when all were. */
  #seen: number;
  #whole: number;
  #fault: string | undefined;
  #lost: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(parts: ListReadingParts) {
    this.#parts = parts;
    [this.#seen, this.#whole] = [parts.now(), parts.now()];
  }

  get leadership(): Leadership | undefined {
    return this.#leader;
  }

  /** Milliseconds since a record was seen, and since all that the list had were taken. */
  get quiet(): number {
    return this.#parts.now() - this.#seen;
  }

  get behind(): number {
    return this.#parts.now() - this.#whole;
  }

  /** Why no record is taken any more, until a restart. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** The same, or why none is taken now; undefined while they are. */
  get trouble(): string | undefined {
    return this.#fault ?? this.#lost;
  }

  /** Reads no more: this machine leads, or ends. */
  end(): void {
    this.#isOver = true;
  }

  /** Does something while nothing is read. */
  beside<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Takes records until there is none. @throws for what cannot be taken, or not now */
  readOn(): Promise<void> {
    return this.beside(async () => {
      while (!this.#isOver && (await this.#readOne())); // one after the other
      this.#whole = this.#parts.now();
      this.#found();
    });
  }

  async #readOne(): Promise<boolean> {
    const { list, follower, moved, now } = this.#parts;
    const next = await list.next();
    if (next === undefined) return false;
    for (const step of next.steps) {
      if (step.op === 'lead' && step.address !== undefined) this.lead(step.term, step.address);
      else await follower.take(step);
    }
    list.passed(next.end);
    this.#seen = now();
    moved(next.steps);
    return true;
  }

  /** Notes that a leadership has begun. */
  lead(term: Uint8Array, address: string): void {
    if (this.#leader !== undefined && equalBytes(this.#leader.term, term)) return;
    this.#ending.abort(new Error('another machine leads the shared log'));
    this.#ending = new AbortController();
    this.#leader = { term, address, ended: this.#ending.signal };
  }

  #found(): void {
    if (this.#lost === undefined) return;
    this.#parts.announce('the records of the shared log are read again');
    this.#lost = undefined;
    this.#seen = this.#parts.now(); // the machine that leads could not append either, and goes on now
  }

  /** Notes why records are not taken: for now, or for good. Whatever else it is ends the process. */
  failed(error: unknown): void {
    if (this.#isOver) return;
    const fault = error instanceof Trimmed ? TRIMMED_ADVICE : listFault(error);
    if (fault !== undefined) {
      if (this.#fault === undefined) this.#parts.warn(`no record of the shared log is taken any more: ${fault}`);
      this.#fault ??= fault;
    } else if (mayPass(error)) {
      const { message } = error as RecordLogUnreachable;
      if (this.#lost === undefined) this.#parts.warn(`the shared log is not reached: ${message}`);
      this.#lost = message;
    } else this.#parts.fatal(error);
  }

  /** Resolves once nothing is read. */
  async stop(): Promise<void> {
    this.end();
    await this.#last;
  }
}

const TRIMMED_ADVICE =
  'the next record has been trimmed: this copy was away for too long, begin it anew in an empty folder';
