import type { Step } from '../records/step.ts';
import type { RecordList } from './record-list.ts';

export interface ListWriterParts {
  readonly list: RecordList;
  /** Of this leadership. */
  readonly term: Uint8Array;
  /** Milliseconds since the last append after which this machine leads no more: others may, and records may have been trimmed. */
  readonly lease: number;
  /** Told of the steps of a record once all are in the local store. */
  readonly applied: (steps: readonly Step[]) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A step that is to be written, and what follows once it is. */
interface Write {
  readonly step: Step | undefined;
  readonly apply: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** This machine did not append for so long that another may lead. It must write nothing any more. */
export class LeaseOver extends Error {
  constructor(ms: number) {
    super(`nothing was appended to the shared log for ${Math.round(ms)} ms: another machine may lead by now`);
    this.name = new.target.name;
  }
}

/**
 * Appends steps of a machine that leads: first to the list, then to the local store. One append at a time; steps that come meanwhile share
 * the next record. After the first failure nothing is written: whether the list has it is not known, and only a start finds out.
 */
export class ListWriter {
  readonly #parts: ListWriterParts;
  #queue: Write[] = [];
  #running: Promise<void> | undefined;
  #failed: Error | undefined;
  /** When the last append that succeeded was begun. */
  #appended: number;

  /** @param begun - when the append was begun that this leadership began with */
  constructor(parts: ListWriterParts, begun: number) {
    [this.#parts, this.#appended] = [parts, begun];
  }

  /** Whether no other machine can lead: they wait for a lease from when they saw the last record. */
  get isSole(): boolean {
    return this.#failed === undefined && this.#parts.now() - this.#appended < this.#parts.lease;
  }

  /** Milliseconds since the last append was begun. */
  get idle(): number {
    return this.#parts.now() - this.#appended;
  }

  /** @param apply - takes the step into the local store @throws Taken, LeaseOver; anything else leaves the outcome unknown */
  write(step: Step, apply: () => Promise<void>): Promise<void> {
    return this.#add(step, apply);
  }

  /** Appends a record that says no more than that this machine leads. */
  beat(): Promise<void> {
    return this.#add(undefined, async () => undefined);
  }

  #add(step: Step | undefined, apply: () => Promise<void>): Promise<void> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      this.#queue.push({ step, apply, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && this.#failed === undefined) {
      const taken = this.#queue.splice(0);
      try {
        const steps = taken.flatMap(({ step }) => step ?? []);
        await this.#append(steps);
        for (const { apply, resolve } of taken) {
          await apply();
          resolve();
        }
        this.#parts.applied(steps);
      } catch (reason) {
        this.#failed = reason instanceof Error ? reason : new Error(String(reason));
        for (const { reject } of [...taken, ...this.#queue.splice(0)]) reject(reason);
      }
    }
    this.#running = undefined;
  }

  async #append(steps: readonly Step[]): Promise<void> {
    const { list, term, lease, now } = this.#parts;
    const begun = now();
    if (begun - this.#appended > lease) throw new LeaseOver(begun - this.#appended);
    await list.append([{ op: 'lead', term, address: undefined }, ...steps]);
    this.#appended = begun;
  }

  /** Resolves once all that was asked for is written, or has failed. */
  async stop(): Promise<void> {
    await this.#running;
  }
}
