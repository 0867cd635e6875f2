import { SignerUnavailable } from './failures.ts';
import { Interruption, type InterruptionParts } from './interruption.ts';

/** Milliseconds that the signatures of one batch may take, as far as the last batch tells. */
const TARGET_MS = 1000;

/** Signatures of the first batch, of whose signer nothing is known. */
const FIRST_MOST = 16;

const AWAY = {
  refusal: 'the signer of the log does not sign',
  advice: 'Reads go on, and the log goes on by itself once it signs',
  over: 'the signer of the log signs',
};

/** `look` has the newest head signed once more, which promises nothing new. */
export interface SigningParts extends InterruptionParts {
  /** Whether the keys are with a signer outside of this process. */
  readonly mayBeAway: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Knows whether the signer of the log signs, and how much: a batch gets as large as it can be signed in about a second. No
 * entry is taken from a refusal of the signer until it has signed the newest head once more. Reads go on.
 */
export class Signing {
  readonly #parts: SigningParts;
  readonly #away: Interruption;
  #most: number;

  constructor(parts: SigningParts) {
    this.#parts = parts;
    this.#away = new Interruption(parts, AWAY);
    this.#most = parts.mayBeAway ? FIRST_MOST : Number.POSITIVE_INFINITY;
  }

  /** Entries that a batch may have. */
  get most(): number {
    return this.#most;
  }

  /** Why no entry is taken now; undefined while the signer signs. */
  refusal(): string | undefined {
    return this.#away.refusal();
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
      this.#most = FIRST_MOST;
      this.#away.begin(error.message);
      return undefined;
    }
  }

  /** Finds out at the start whether a signer outside of this process is there. */
  async begin(): Promise<void> {
    if (this.#parts.mayBeAway) await this.sign(0, this.#parts.look);
  }

  stop(): void {
    this.#away.stop();
  }
}
