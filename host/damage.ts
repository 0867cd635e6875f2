import { STELE } from '../base/stele-command.ts';
import { isDamage } from '../storage/failures.ts';
import type { Logger } from './logging/logger.ts';

/** Says in one line, and counts, what was found damaged in the database. A read of it has failed; nothing was made of it. */
export class DamageReport {
  readonly #logger: Logger;
  #count = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Times that something damaged was found since the start. */
  get count(): number {
    return this.#count;
  }

  /** A request failed because of what was `thrown`: a bug, or a broken part. */
  failed(thrown: unknown): void {
    if (!isDamage(thrown)) return this.#logger.error('a request failed', { error: thrown });
    this.#count += 1;
    this.#logger.error(
      `a request failed, because stored data is damaged: find the rest with ${STELE} audit --data FOLDER`,
      {
        error: thrown,
      },
    );
  }

  /** Found by the scrub. */
  scrubbed(sentence: string): void {
    this.#count += 1;
    this.#logger.error(
      `the scrub found damage in ${sentence}. It is not given out; what to do is in docs/operating.md, "Scrub"`,
    );
  }

  /** Found while nobody was reading. */
  found(sentence: string): void {
    this.#count += 1;
    this.#logger.error(`${sentence}: find the rest with ${STELE} audit --data FOLDER`);
  }
}
