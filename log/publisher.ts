import type { LogStore, StoredCosignature, StoredFreeze, StoredHead } from '../storage/contract.ts';
import { NotPublished } from './failures.ts';
import type { Faces } from './faces/faces.ts';
import type { Rounds } from './rounds.ts';
import type { SignedHead } from './faces/shard.ts';

/**
 * When a head is shown. `off`: as soon as it is committed and journalled. `prefer`: as soon, and witnesses' signatures
 * join it later. `require`: once as many witnesses as the policy asks for have cosigned it.
 */
export type PublicationMode = 'off' | 'prefer' | 'require';

export interface PublisherParts {
  readonly faces: Faces;
  readonly store: Pick<LogStore, 'cosign'>;
  readonly mode: PublicationMode;
  /** Undefined with mode `off`. */
  readonly rounds: Rounds | undefined;
  /** Milliseconds that a writer waits for its head to be shown. */
  readonly patience: number;
}

/** The head that is shown, and what it is shown with. */
export interface Published {
  readonly head: StoredHead;
  readonly cosignatures: readonly StoredCosignature[];
  readonly freeze?: StoredFreeze | undefined;
}

interface Waiting {
  readonly size: number;
  readonly settle: () => void;
}

/** Everything that the log answers is made from one head: the one that was published last. It never goes back. */
export class Publisher {
  readonly #parts: PublisherParts;
  #published: Published;
  #shown: SignedHead;
  #waiting: Waiting[] = [];

  constructor(parts: PublisherParts, published: Published) {
    this.#parts = parts;
    this.#published = published;
    this.#shown = parts.faces.show(published.head, published.cosignatures, published.freeze);
  }

  get head(): SignedHead {
    return this.#shown;
  }

  /** Takes a head that is committed and in the journal. */
  offer(head: StoredHead): void {
    if (!head.awaits) this.#publish({ head, cosignatures: [] });
    this.#parts.rounds?.want(head);
  }

  /** Resolves with a published head of at least `size`. @throws NotPublished */
  async reached(size: number): Promise<SignedHead> {
    if (this.#shown.size >= size) return this.#shown;
    const { patience } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { size, settle: resolve };
    this.#waiting.push(waiting);
    const late = setTimeout(() => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      reject(
        new NotPublished(`too few witnesses have cosigned the entry within ${patience} ms: it is kept, send it again`),
      );
    }, patience);
    await promise.finally(() => clearTimeout(late));
    return this.#shown;
  }

  /** Takes what witnesses said of a head, durably, and shows it. */
  async cosigned(head: StoredHead, cosignatures: readonly StoredCosignature[], suffices: boolean): Promise<void> {
    const publishes = head.awaits && suffices && head.size > this.#published.head.size;
    await this.#parts.store.cosign(cosignatures, publishes ? head.size : undefined);
    if (publishes) this.#publish({ head, cosignatures });
    else if (head.size === this.#published.head.size) this.#join(cosignatures);
  }

  #publish(published: Published): void {
    if (published.head.size < this.#published.head.size) throw new Error('a published head never goes back');
    this.#published = published;
    this.#show();
    const ready = this.#waiting.filter(({ size }) => size <= published.head.size);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter(({ size }) => size > published.head.size);
    for (const { settle } of ready) settle();
  }

  /** Later words of a witness take the place of its earlier ones. */
  #join(cosignatures: readonly StoredCosignature[]): void {
    const { head, cosignatures: known, freeze } = this.#published;
    const replaced = (old: StoredCosignature): boolean => cosignatures.some((one) => isBySame(one, old));
    this.#published = { head, freeze, cosignatures: [...known.filter((old) => !replaced(old)), ...cosignatures] };
    this.#show();
  }

  #show(): void {
    const { head, cosignatures, freeze } = this.#published;
    this.#shown = this.#parts.faces.show(head, cosignatures, freeze);
  }
}

function isBySame(a: StoredCosignature, b: StoredCosignature): boolean {
  return a.name === b.name && a.keyId.every((byte, i) => byte === b.keyId[i]);
}
