import { addressBlock } from './address-block.ts';
import { BytePool } from './byte-pool.ts';
import { Busy } from './failures.ts';

/** Time between two looks at how answers progress, in milliseconds. */
const LOOK_MS = 1000;

/** Looks before an answer can be called slow. */
const FIRST_LOOKS = 2;

/** Looks that the rate of a reader is measured over, the last ones counting most. */
const RATE_LOOKS = 4;

/** When the budget is full, an answer whose reader would take longer than this for what it holds makes room, in seconds. */
const HELD_SECONDS = 30;

export interface UnsentLimits {
  /** Bytes of answers that may be held at the same time. */
  readonly bytes: number;
  /** Time after which a reader that took nothing is given up, in milliseconds. */
  readonly timeoutMs: number;
}

/** Counts the memory of answers that their readers have not taken yet, and ends the connections of readers that stall. */
export class UnsentAnswers {
  readonly #pool: BytePool;
  readonly #stalledLooks: number;
  readonly #held = new Set<UnsentAnswer>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ bytes, timeoutMs }: UnsentLimits) {
    this.#pool = new BytePool(bytes);
    this.#stalledLooks = Math.ceil(timeoutMs / LOOK_MS);
  }

  get held(): number {
    return this.#pool.held;
  }

  /**
   * Finds room for an answer, if need be at the expense of one whose reader stalls.
   *
   * @param remote - address of the reader
   * @param end - called at most once, with a sentence, if the connection is to end
   * @throws Busy
   */
  hold(remote: string, bytes: number, end: (reason: string) => void): UnsentAnswer {
    const address = addressBlock(remote);
    for (;;) {
      const obstacle = this.#pool.obstacle(address, bytes, 0);
      if (obstacle === undefined) break;
      const slowest = this.#slowest(obstacle === 'address' ? address : undefined);
      if (slowest === undefined) throw new Busy('too many answers wait for their readers; try again');
      slowest.end('the reader took the answer too slowly while others waited for its place');
    }
    const answer = new UnsentAnswer(address, bytes, end, () => this.#release(answer));
    this.#pool.add(address, bytes);
    this.#held.add(answer);
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref();
    return answer;
  }

  #release(answer: UnsentAnswer): void {
    if (this.#held.delete(answer)) this.#pool.add(answer.address, -answer.bytes);
  }

  /** The answer whose reader would take longest for what is held, if that is too long now that there is no room. */
  #slowest(address: string | undefined): UnsentAnswer | undefined {
    let found: UnsentAnswer | undefined;
    for (const answer of this.#held) {
      if (address !== undefined && answer.address !== address) continue;
      if (answer.secondsLeft > (found?.secondsLeft ?? HELD_SECONDS)) found = answer;
    }
    return found;
  }

  /** Gives up readers that took nothing for too long. Called every second while answers wait; tests call it themselves. */
  look(): void {
    for (const answer of this.#held)
      if (answer.look() >= this.#stalledLooks) answer.end('the reader took nothing of the answer for too long');
    if (this.#held.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** An answer that is on its way. Its sender must release it once it is with the system, or the connection has ended. */
export class UnsentAnswer {
  readonly address: string;
  /** Of memory, until it is released. */
  readonly bytes: number;
  readonly #release: () => void;
  #end: ((reason: string) => void) | undefined;
  /** Bytes taken since the last look, bytes a second before that, looks so far, and the last of them in a row that found nothing taken. */
  #recent = 0;
  #rate = 0;
  #looks = 0;
  #stalled = 0;

  constructor(address: string, bytes: number, end: (reason: string) => void, release: () => void) {
    this.address = address;
    this.bytes = bytes;
    this.#end = end;
    this.#release = release;
  }

  /** Time that the reader would need for what is held, in seconds; 0 while it is too early to say. */
  get secondsLeft(): number {
    if (this.#looks < FIRST_LOOKS) return 0;
    return this.#rate === 0 ? Number.POSITIVE_INFINITY : this.bytes / this.#rate;
  }

  /** The reader's system has taken more of the answer. */
  sent(bytes: number): void {
    this.#recent += bytes;
  }

  release(): void {
    this.#end = undefined;
    this.#release();
  }

  /** Gives the place to others. */
  end(reason: string): void {
    const end = this.#end;
    this.release();
    end?.(reason);
  }

  /** Closes a second. Returns how many in a row saw nothing taken. */
  look(): number {
    this.#stalled = this.#recent > 0 ? 0 : this.#stalled + 1;
    this.#looks += 1;
    // At first the system takes what its buffers hold, whether the reader reads or not.
    if (this.#looks > 1) this.#rate += (this.#recent - this.#rate) / Math.min(this.#looks - 1, RATE_LOOKS);
    this.#recent = 0;
    return this.#stalled;
  }
}
