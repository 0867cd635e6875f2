/** Milliseconds between two looks whether an interruption is over. */
const LOOK_MS = 1000;

export interface InterruptionParts {
  /** Rejects while there is a reason to take no entries. */
  readonly look: () => Promise<unknown>;
  /** Told when it begins and when it ends. */
  readonly warn: (sentence: string) => void;
}

export interface InterruptionWords {
  /** The reason that a sender is given. */
  readonly refusal: string;
  /** Ends the sentence that an operator is told at the beginning. */
  readonly advice: string;
  /** The reason why it is over. */
  readonly over: string;
}

/** A time in which a log takes no entries and answers reads: from a failure on, until a look finds that its cause is gone. */
export class Interruption {
  readonly #parts: InterruptionParts;
  readonly #words: InterruptionWords;
  #lasts = false;
  #isStopped = false;
  #next: NodeJS.Timeout | undefined;

  constructor(parts: InterruptionParts, words: InterruptionWords) {
    this.#parts = parts;
    this.#words = words;
  }

  /** Why no entry is taken now; undefined while there is no reason. */
  refusal(): string | undefined {
    return this.#lasts ? this.#words.refusal : undefined;
  }

  /** It begins, or goes on. @param reason - in whole, for the operator */
  begin(reason: string): void {
    if (!this.#lasts) this.#parts.warn(`no entry is taken: ${reason}. ${this.#words.advice}`);
    this.#lasts = true;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#next);
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
    this.#lasts = false;
    this.#parts.warn(`entries are taken again: ${this.#words.over}`);
  }
}
