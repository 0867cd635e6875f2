import { toHex } from '../../../base/bytes.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';

interface Waiting {
  readonly head: TrustedHead;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes the heads of one tree in groups, so that many share a write of the state file: of those that came while the group before was
 * at work, the newest is compared with what is stored and stored itself, and then each of the others is shown to be a beginning
 * of it. None is taken before the newest is on the disk. Where the newest is refused, the next one takes its place: a false
 * head spoils no other.
 */
export class HeadQueue {
  /** Compares a head with what is stored, and stores it if it is newer. */
  readonly #place: (head: TrustedHead) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  readonly #promises = new Map<string, Promise<void>>();
  #isAtWork = false;

  constructor(place: (head: TrustedHead) => Promise<void>) {
    this.#place = place;
  }

  /** Resolves once the head, or one that it is a beginning of, is stored. @throws whatever comparing or storing it does */
  accept(head: TrustedHead): Promise<void> {
    const { size, root } = head.checkpoint;
    const name = `${size} ${toHex(root)}`;
    const asked = this.#promises.get(name) ?? this.#join(head).finally(() => this.#promises.delete(name));
    this.#promises.set(name, asked);
    return asked;
  }

  #join(head: TrustedHead): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ head, resolve, reject });
      if (!this.#isAtWork) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0).toSorted((a, b) => b.head.checkpoint.size - a.head.checkpoint.size);
      let isStored = false;
      while (!isStored && group.length > 0) isStored = await this.#settle(group.shift() as Waiting);
      await Promise.all(group.map((one) => this.#settle(one)));
    }
    this.#isAtWork = false;
  }

  /** Whether the head was taken. */
  async #settle({ head, resolve, reject }: Waiting): Promise<boolean> {
    try {
      await this.#place(head);
      resolve();
      return true;
    } catch (error) {
      reject(error);
      return false;
    }
  }
}
