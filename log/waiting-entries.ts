import { DelayLimit } from '../base/delay-limit.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import type { SequencedEntry } from '../storage/entries.ts';
import { NotWritable, Overloaded } from './failures.ts';
import type { StepListener } from './types.ts';

export interface SequencerLimits {
  /** Entries that may wait before the next is refused. */
  readonly maxWaiting: number;
  /** Bytes of canonical bodies and attestations that may wait. */
  readonly maxWaitingBytes: number;
  /** Entries in one commit at most. */
  readonly batch: number;
}

/**
 * Bytes of bodies and attestations in one commit, unless its first entry alone has more. An entry that is in no bundle yet is
 * read by reading its whole commit: 16 MiB of 256 long bodies held the main thread for 27 ms.
 */
export const BATCH_BYTES = 1024 * 1024;

/** Milliseconds that all entries may wait for their turn, for long: with more of them the next is refused. */
const TARGET_MS = 100;

/** Commits that may wait to be filled, however slow the disk is: who adds entries without a break keeps some waiting. */
const LEAST_COMMITS = 4;

/** An entry that is to be sequenced, and its sender. */
export interface Waiting {
  readonly entry: AdmittedEntry;
  readonly resolve: (entry: SequencedEntry) => void;
  readonly reject: (reason: unknown) => void;
  readonly steps: StepListener | undefined;
  /** Milliseconds on the clock that `WaitingEntries` is told. */
  readonly since: number;
}

/** Entries that wait to be sequenced, oldest first. */
export class WaitingEntries {
  readonly #limits: SequencerLimits;
  readonly #now: () => number;
  readonly #delay: DelayLimit;
  #list: Waiting[] = [];
  #bytes = 0;

  /** @param now - milliseconds on a clock that never goes back */
  constructor(limits: SequencerLimits, now: () => number) {
    [this.#limits, this.#now] = [limits, now];
    this.#delay = new DelayLimit({ targetMs: TARGET_MS, least: LEAST_COMMITS * limits.batch });
  }

  get count(): number {
    return this.#list.length;
  }

  /** Of their bodies and attestations. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param batch - entries that the next commit may have, if that is less than the limit @throws Overloaded */
  requireRoom(entry: AdmittedEntry, batch: number): void {
    const { maxWaiting, maxWaitingBytes } = this.#limits;
    if (this.#list.length >= Math.min(maxWaiting, this.#delay.most, LEAST_COMMITS * batch))
      throw new Overloaded(`${this.#list.length} entries are waiting already`);
    if (this.#bytes + weight(entry) > maxWaitingBytes)
      throw new Overloaded(`entries of ${maxWaitingBytes} bytes in all are waiting already`);
  }

  add(waiting: Omit<Waiting, 'since'>): void {
    this.#bytes += weight(waiting.entry);
    this.#list.push({ ...waiting, since: this.#now() });
  }

  /** Takes out the next batch. @param most - entries that it may have, if that is less than the limit */
  take(most: number): readonly Waiting[] {
    let [count, bytes] = [0, 0];
    for (const { entry } of this.#list.slice(0, Math.min(this.#limits.batch, most))) {
      if (count > 0 && bytes + weight(entry) > BATCH_BYTES) break;
      [count, bytes] = [count + 1, bytes + weight(entry)];
    }
    this.#bytes -= bytes;
    const taken = this.#list.splice(0, count);
    const now = this.#now();
    this.#delay.taken(count, now - (taken.at(-1)?.since ?? now), now);
    return taken;
  }

  /** Rejects all. None of them has been signed or stored. */
  turnAway(reason: string): void {
    for (const { reject } of this.takeAll()) reject(new NotWritable(reason));
  }

  takeAll(): readonly Waiting[] {
    this.#bytes = 0;
    return this.#list.splice(0);
  }
}

function weight({ body, attestation }: AdmittedEntry): number {
  return body.length + (attestation?.length ?? 0);
}
