import { equalBytes } from '../base/bytes.ts';
import type { Proof, TreeSize } from '../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../storage/cosignatures.ts';
import type { StoredHead } from '../storage/heads.ts';
import { NoRoom, UnreadablePage } from '../storage/failures.ts';
import type { Witnesses } from '../witness/contract.ts';
import type { ShardSigner } from './signers/shard-signer.ts';

export interface RoundTimes {
  /** Milliseconds between two rounds of which the first met the policy: how fresh a busy log's cosignatures are. */
  readonly pause: number;
  /** Milliseconds until the next try when a round did not meet the policy; doubled each time, up to `longest`. */
  readonly retry: number;
  readonly longest: number;
  /** Milliseconds after which an idle log has its head cosigned again, so that its time is recent. */
  readonly idle: number;
}

export interface RoundParts {
  readonly signer: ShardSigner;
  readonly witnesses: Witnesses;
  readonly times: RoundTimes;
  readonly prove: (old: TreeSize, size: TreeSize) => Promise<Proof>;
  /** Stores cosignatures durably. @param meetsPolicy - whether all cosignatures of this head so far meet the policy */
  readonly cosigned: (
    head: StoredHead,
    cosignatures: readonly StoredCosignature[],
    meetsPolicy: boolean,
  ) => Promise<void>;
  /** Stores what a witness claims against the log. Durable once it resolves. */
  readonly claimed: (claim: WitnessClaim) => Promise<void>;
  /** Called when the outcome of a write is unknown. */
  readonly fatal: (reason: unknown) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Cosignatures of one head, from all rounds. */
interface Heard {
  readonly size: number;
  readonly cosignatures: readonly StoredCosignature[];
}

/**
 * Asks the witnesses for cosignatures, one round at a time, always of the newest head: its consistency proof covers the
 * heads before it.
 */
export class CosigningLoop implements AsyncDisposable {
  readonly #parts: RoundParts;
  #newest: StoredHead | undefined;
  #heard: Heard = { size: -1, cosignatures: [] };
  /** Size of the head that the policy was last met for. */
  #met = -1;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Milliseconds since some moment before which no round begins. */
  #notBefore = 0;
  readonly #asked = Promise.withResolvers<void>();

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  /** Resolves once all witnesses have been asked and have answered, or had their time; at the latest when it is disposed of. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  /** Sets the head to be cosigned from now on. @param heard - its cosignatures from before this start */
  setTarget(head: StoredHead, heard: readonly StoredCosignature[] = []): void {
    this.#newest = head;
    if (heard.length > 0) this.#heard = { size: head.size, cosignatures: heard };
    this.#schedule();
  }

  /** Ends the loop. Waits for no witness, only until cosignatures that have come are stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#running;
    this.#asked.resolve();
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), Math.max(0, this.#notBefore - this.#parts.now()));
    this.#timer.unref();
  }

  #begin(): void {
    const head = this.#newest;
    if (head === undefined || this.#stop.signal.aborted) return;
    this.#running = this.#round(head).then(
      (met) => this.#ended(head, met),
      (reason: unknown) => (isUnwritten(reason) ? this.#ended(head, false) : this.#parts.fatal(reason)),
    );
  }

  #ended(head: StoredHead, met: boolean): void {
    const { pause, retry, longest, idle } = this.#parts.times;
    this.#running = undefined;
    this.#asked.resolve();
    this.#failures = met ? 0 : this.#failures + 1;
    if (met) this.#met = head.size;
    const isIdle = met && this.#newest?.size === this.#met;
    const wait = met ? pause : Math.min(longest, retry * 2 ** (this.#failures - 1));
    this.#notBefore = this.#parts.now() + wait;
    if (!isIdle) return this.#schedule();
    this.#timer = setTimeout(() => this.#begin(), idle);
    this.#timer.unref();
  }

  /** @returns whether the policy is met */
  async #round(head: StoredHead): Promise<boolean> {
    const { signer, witnesses, prove, cosigned, claimed } = this.#parts;
    const note = signer.uncosigned(head);
    if (note === undefined) return false;
    let heard = this.#heardOf(head);
    let met = witnesses.meetsPolicy(heard);
    let keeping: Promise<void> = Promise.resolve();
    const given = (some: readonly StoredCosignature[]): void => {
      heard = mergeCosignatures(heard, some);
      this.#heard = { size: head.size, cosignatures: heard };
      met ||= witnesses.meetsPolicy(heard);
      const [said, enough] = [met ? heard : some, met];
      keeping = keeping.then(() => cosigned(head, said, enough));
      keeping.catch(() => undefined); // the round's end tells
    };
    const against = (claim: WitnessClaim): void => {
      const taken = claimed(claim); // at once, and not behind what is being written
      taken.catch(() => undefined);
      keeping = keeping.then(() => taken);
      keeping.catch(() => undefined);
    };
    if (met && heard.length > 0) given(heard); // the policy has been relaxed since it was said
    const { size, root, at } = head;
    const newest = (): TreeSize => this.#newest?.size ?? size;
    const candidate = { size, root, at, note, newest, prove: (old: TreeSize) => prove(old, size) };
    await witnesses.ask(candidate, { given, claimed: against }, this.#stop.signal);
    await keeping;
    return met;
  }

  /** Cosignatures from earlier rounds for this size count toward the quorum. An idle log asks all witnesses anew. */
  #heardOf({ size }: StoredHead): readonly StoredCosignature[] {
    return size === this.#heard.size && size !== this.#met ? this.#heard.cosignatures : [];
  }
}

/** Whether a write failed and nothing was written: the cosignatures are asked for again. */
const isUnwritten = (reason: unknown): boolean => reason instanceof NoRoom || reason instanceof UnreadablePage;

/** Merges cosignatures of one head; the newest of each name and key ID wins. */
export function mergeCosignatures(
  known: readonly StoredCosignature[],
  later: readonly StoredCosignature[],
): readonly StoredCosignature[] {
  const isReplaced = (old: StoredCosignature): boolean =>
    later.some(({ name, keyId }) => name === old.name && equalBytes(keyId, old.keyId));
  return [...known.filter((old) => !isReplaced(old)), ...later];
}
