import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Share of the time that a copy works. A neighbour that never rests takes half of what a machine of two processors logs, whatever
 * its priority; at a fifth of the time it takes less than a tenth.
 */
const WORK_SHARE = 0.2;
/** Milliseconds of work that need no rest: what is new of a log that is followed. */
const SHORT_WORK_MS = 20;
/** Milliseconds of a rest at most. */
const LONGEST_REST_MS = 500;

/** Gives most of the time to the log that is being copied. */
export class Pace {
  #began = performance.now();

  /** Work begins now: what came before counts for no rest. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Rests for as long as the work since the last rest has earned. */
  async rest(): Promise<void> {
    const worked = performance.now() - this.#began;
    if (worked >= SHORT_WORK_MS) await sleep(Math.min(LONGEST_REST_MS, worked * (1 / WORK_SHARE - 1)));
    this.begin();
  }
}
