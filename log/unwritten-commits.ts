import { NoRoom, UnreadablePage } from '../storage/failures.ts';
import { Interruption, type InterruptionParts } from './interruption.ts';

const NO_ROOM = {
  refusal: 'the disk is full',
  advice: 'Free space on the volumes of the data and the heads folder: the log goes on by itself',
  over: 'there is room on the disk',
};

/** Milliseconds until the next commit after one that met damage: a disk that fails now and then may give the page by then. */
const DAMAGE_PAUSE_MS = 1000;

/** The reason that a sender is given meanwhile. */
const DAMAGE_REFUSAL = 'stored data cannot be read';

export interface UnwrittenCommitsParts extends InterruptionParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Commits that failed and are known to have written nothing: for how long no other is tried. Reads go on. */
export class UnwrittenCommits {
  readonly #room: Interruption;
  readonly #parts: UnwrittenCommitsParts;
  #damagedUntil = Number.NEGATIVE_INFINITY;
  #isDamaged = false;

  constructor(parts: UnwrittenCommitsParts) {
    this.#parts = parts;
    this.#room = new Interruption(parts, NO_ROOM);
  }

  /** Whether no entry is taken for want of room. */
  get isFull(): boolean {
    return this.#room.refusal() !== undefined;
  }

  /** Whether the last commit met what cannot be read: said until one succeeds, although the next is tried after a pause. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** Why no entry is taken now; undefined where a commit may be tried. */
  refusal(): string | undefined {
    return this.#room.refusal() ?? (this.#parts.now() < this.#damagedUntil ? DAMAGE_REFUSAL : undefined);
  }

  /** The reason for its senders. @throws `reason` if it leaves the outcome of the commit unknown */
  failed(reason: unknown): string {
    if (reason instanceof NoRoom) {
      this.#room.begin(reason.message);
      return NO_ROOM.refusal;
    }
    if (!(reason instanceof UnreadablePage)) throw reason;
    if (!this.#isDamaged)
      this.#parts.warn(
        `no entry is taken: ${reason.message}. Reads go on; a commit is tried again each second that an entry is sent. Look at the disk, and put back a copy: docs/disaster.md`,
      );
    this.#isDamaged = true;
    this.#damagedUntil = this.#parts.now() + DAMAGE_PAUSE_MS;
    return DAMAGE_REFUSAL;
  }

  succeeded(): void {
    if (!this.#isDamaged) return;
    this.#isDamaged = false;
    this.#parts.warn('entries are taken again: what could not be read has been read');
  }

  stop(): void {
    this.#room.stop();
  }
}
