/** Milliseconds between two looks whether there is room again. */
const LOOK_MS = 1000;

/** The reason that a sender is given while there is no room. */
export const DISK_FULL_REFUSAL = 'the disk is full';

export interface DiskSpaceWatchParts {
  /** Rejects while there is no room for the next commit. */
  readonly look: () => Promise<void>;
  /** Told when it begins and when it ends. */
  readonly warn: (sentence: string) => void;
}

/** The time in which a log takes no entries because a commit found no room: from then on until a look finds some. */
export class DiskSpaceWatch {
  readonly #parts: DiskSpaceWatchParts;
  #isFull = false;
  #next: NodeJS.Timeout | undefined;

  constructor(parts: DiskSpaceWatchParts) {
    this.#parts = parts;
  }

  /** Why no entry is taken now; undefined while there is room. */
  refusal(): string | undefined {
    return this.#isFull ? DISK_FULL_REFUSAL : undefined;
  }

  /** A commit found no room. @param reason - in whole, for the operator */
  begin(reason: string): void {
    if (!this.#isFull)
      this.#parts.warn(
        `no entry is taken: ${reason}. Free space on the volumes of the data and the heads folder: the log goes on by itself`,
      );
    this.#isFull = true;
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#next);
  }

  #schedule(): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#look(), LOOK_MS);
    this.#next.unref();
  }

  async #look(): Promise<void> {
    try {
      await this.#parts.look();
    } catch {
      return this.#schedule();
    }
    this.#isFull = false;
    this.#parts.warn('entries are taken again: there is room on the disk');
  }
}
