import { type RecordLog, RecordLogRefused, RecordLogUnreachable, Taken } from '../record-log.ts';
import { DamagedRecord, LENGTH_BYTES, type ListEnd, packRecord, readRecord } from '../records/record.ts';
import type { Step } from '../records/step.ts';

export interface RecordListParts {
  readonly log: RecordLog;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds for which the outcome of an append may stay unknown, while the same bytes are sent again and again. */
  readonly patience: number;
}

/** Milliseconds between two tries of an append. */
const PAUSE_MS = 50;

/** The list of records as one machine has read it, or written it: each record follows the one before by its hash. */
export class RecordList {
  readonly #parts: RecordListParts;
  #end: ListEnd;

  /** @param end - records that this machine has taken already */
  constructor(parts: RecordListParts, end: ListEnd) {
    [this.#parts, this.#end] = [parts, end];
  }

  get name(): string {
    return this.#parts.log.name;
  }

  /** Behind the last record that was read or appended. */
  get end(): ListEnd {
    return this.#end;
  }

  /**
   * Reads the next record, and stays before it until `passed`.
   *
   * @throws DamagedRecord for one that is not as it was written, or follows another list than the one read so far
   */
  async next(): Promise<{ readonly steps: readonly Step[]; readonly end: ListEnd } | undefined> {
    const bytes = await this.#parts.log.read(this.#end.records);
    return bytes && readRecord(this.#end, bytes);
  }

  /** Goes on behind a record whose steps have been taken. */
  passed(end: ListEnd): void {
    this.#end = end;
  }

  /**
   * Appends a record of these steps. Resolved: it is in the list, and nobody else's is in its place.
   *
   * @throws Taken; anything else leaves the outcome unknown
   */
  async append(steps: readonly Step[]): Promise<void> {
    const { log, now, patience } = this.#parts;
    const { bytes, end } = packRecord(this.#end, steps);
    const record = bytes.subarray(LENGTH_BYTES);
    for (const begun = now(); ; await pause()) {
      try {
        await log.append(this.#end.records, record);
        break;
      } catch (error) {
        if (error instanceof Taken || now() - begun > patience) throw error;
      }
    }
    this.#end = end;
  }
}

const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume, PAUSE_MS));

/** Whether what went wrong with a list may pass by itself. */
export const mayPass = (error: unknown): boolean => error instanceof RecordLogUnreachable;

/** Says what an operator should know of a list that cannot be gone on with; undefined for an error that is no such thing. */
export function listFault(error: unknown): string | undefined {
  const isKnown = error instanceof DamagedRecord || error instanceof RecordLogRefused || error instanceof Taken;
  return isKnown ? error.message : undefined;
}
