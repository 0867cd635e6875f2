import { SignerUnavailable } from './failures.ts';

/** Milliseconds between two looks whether a signer that was away signs again. */
const LOOK_MS = 1000;

/** Milliseconds that the signatures of one batch may take, as far as the last batch tells. */
const TARGET_MS = 1000;

/** Signatures of the first batch, of whose signer nothing is known. */
const FIRST_MOST = 16;

/** The reason that a sender is given while the signer is away. */
const REFUSAL = 'the signer of the log does not sign';

export interface SigningParts {
  /** Whether the keys are with a signer outside of this process. */
  readonly mayBeAway: boolean;
  /** Has the newest head signed once more, which promises nothing new. @throws SignerUnavailable */
  readonly look: () => Promise<unknown>;
  /** Told when a signer is away and when it is there again. */
  readonly warn: (sentence: string) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Knows whether the signer of the log signs, and how much: a batch gets as large as it can be signed in about a second. No
 * entry is taken from a refusal of the signer until it has signed the newest head once more. Reads go on.
 */
export class Signing {
  readonly #parts: SigningParts;
  #most: number;
  #isAway = false;
  #isStopped = false;
  #next: NodeJS.Timeout | undefined;

  constructor(parts: SigningParts) {
    this.#parts = parts;
    this.#most = parts.mayBeAway ? FIRST_MOST : Number.POSITIVE_INFINITY;
  }

  /** Entries that a batch may have. */
  get most(): number {
    return this.#most;
  }

  /** Why no entry is taken now; undefined while the signer signs. */
  refusal(): string | undefined {
    return this.#isAway ? REFUSAL : undefined;
  }

  /**
   * Returns the signatures of a batch; undefined if the signer gave none, and so nothing was promised.
   *
   * @throws what is no failure of the signer
   */
  async sign<T>(entries: number, sign: () => Promise<T>): Promise<T | undefined> {
    const { mayBeAway, now } = this.#parts;
    const begun = now();
    try {
      const signed = await sign();
      if (mayBeAway) this.#most = Math.max(1, Math.floor((TARGET_MS * (entries + 1)) / Math.max(1, now() - begun)));
      return signed;
    } catch (error) {
      if (!(error instanceof SignerUnavailable)) throw error;
      this.#away(error.message);
      return undefined;
    }
  }

  /** Finds out at the start whether a signer outside of this process is there. */
  async begin(): Promise<void> {
    if (this.#parts.mayBeAway) await this.sign(0, this.#parts.look);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#next);
  }

  #away(reason: string): void {
    if (!this.#isAway)
      this.#parts.warn(`no entry is taken: ${reason}. Reads go on, and the log goes on by itself once it signs`);
    this.#isAway = true;
    this.#most = FIRST_MOST;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#next);
    if (this.#isStopped) return;
    this.#next = setTimeout(() => void this.#look(), LOOK_MS);
    this.#next.unref();
  }

  async #look(): Promise<void> {
    try {
      await this.#parts.look();
    } catch {
      return this.#schedule();
    }
    this.#isAway = false;
    this.#parts.warn('entries are taken again: the signer of the log signs');
  }
}
