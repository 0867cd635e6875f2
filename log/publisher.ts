import type { CosignatureStore, StoredCosignature } from '../storage/cosignatures.ts';
import type { StoredFreeze, StoredHead } from '../storage/heads.ts';
import { NotPublished, Overloaded } from './failures.ts';
import type { ShardSigner } from './signers/shard-signer.ts';
import { type CosigningLoop, mergeCosignatures } from './cosigning-loop.ts';
import type { SignedHead } from './signers/shard.ts';

/**
 * When a head is shown. `off`: as soon as it is committed and journalled. `prefer`: as soon, and witnesses' signatures
 * join it later. `require`: once as many witnesses as the policy asks for have cosigned it.
 */
export type PublicationMode = 'off' | 'prefer' | 'require';

export interface PublisherParts {
  readonly signer: ShardSigner;
  readonly store: Pick<CosignatureStore, 'cosign' | 'cosignatures'>;
  /** Whether no head may come to be shown that was not made to be shown at once. */
  readonly holds: () => boolean;
  /** Undefined with mode `off`. */
  readonly cosigningLoop: Pick<CosigningLoop, 'setTarget'> | undefined;
  /** Milliseconds that a writer waits for its head to be shown. */
  readonly timeoutMs: number;
  /** Writers that may wait so. */
  readonly maxWaiting: number;
}

/** The head that is shown, and what it is shown with. */
export interface Published {
  readonly head: StoredHead;
  readonly cosignatures: readonly StoredCosignature[];
  readonly freeze?: StoredFreeze | undefined;
}

interface Waiting {
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (reason: NotPublished) => void;
}

/** Everything that the log answers is made from one head: the one that was published last. It never goes back. */
export class Publisher {
  readonly #parts: PublisherParts;
  #published: Published;
  #shown: SignedHead;
  readonly #waiting = new Set<Waiting>();
  #withheld: { readonly size: number; readonly reason: string } | undefined;

  constructor(parts: PublisherParts, published: Published) {
    this.#parts = parts;
    this.#published = published;
    this.#shown = parts.signer.show(published.head, published.cosignatures, published.freeze);
  }

  get head(): SignedHead {
    return this.#shown;
  }

  /** Takes a head that is committed and in the journal. */
  committed(head: StoredHead): void {
    this.#withheld = undefined;
    if (!head.awaitsCosignatures) this.#publish({ head, cosignatures: [] });
    this.#parts.cosigningLoop?.setTarget(head);
  }

  /** Heads of more than `size` entries cannot be offered for now. Those that wait for one are told why, until the next is. */
  withhold(size: number, reason: string): void {
    this.#withheld = { size, reason };
    for (const waiting of this.#waiting) {
      if (waiting.size <= size) continue;
      this.#waiting.delete(waiting);
      waiting.reject(new NotPublished(reason));
    }
  }

  /**
   * Shows a head that awaited witnesses which are not required any more. Durable before it is shown: it stays shown if they
   * are required again.
   */
  async release(head: StoredHead): Promise<void> {
    if (head.size <= this.#published.head.size || this.#parts.holds()) return;
    await this.#parts.store.cosign([], head.size);
    const cosignatures = await this.#parts.store.cosignatures(head.size);
    if (head.size > this.#published.head.size) this.#publish({ head, cosignatures });
  }

  /** @throws Overloaded when no more may wait */
  requireRoom(): void {
    const { maxWaiting } = this.#parts;
    if (this.#waiting.size >= maxWaiting) throw new Overloaded(`${maxWaiting} entries are waiting for witnesses`);
  }

  /** Resolves with a published head of at least `size`. @throws NotPublished */
  async waitForSize(size: number): Promise<SignedHead> {
    if (this.#shown.size >= size) return this.#shown;
    if (this.#withheld && size > this.#withheld.size) throw new NotPublished(this.#withheld.reason);
    const { timeoutMs } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { size, resolve, reject };
    this.#waiting.add(waiting);
    const late = setTimeout(() => {
      this.#waiting.delete(waiting);
      reject(
        new NotPublished(`too few witnesses have cosigned the entry within ${timeoutMs} ms: it is kept, send it again`),
      );
    }, timeoutMs);
    late.unref(); // whoever waits has a connection, and that keeps the process
    await promise.finally(() => clearTimeout(late));
    return this.#shown;
  }

  /** Takes what witnesses said of a head, durably, and shows it. */
  async cosigned(head: StoredHead, cosignatures: readonly StoredCosignature[], meetsPolicy: boolean): Promise<void> {
    const publishes =
      head.awaitsCosignatures && meetsPolicy && head.size > this.#published.head.size && !this.#parts.holds();
    await this.#parts.store.cosign(cosignatures, publishes ? head.size : undefined);
    if (publishes) this.#publish({ head, cosignatures });
    else if (head.size === this.#published.head.size) this.#join(cosignatures);
  }

  #publish(published: Published): void {
    if (published.head.size < this.#published.head.size) throw new Error('a published head never goes back');
    this.#published = published;
    this.#show();
    for (const waiting of this.#waiting) {
      if (waiting.size > published.head.size) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  #join(cosignatures: readonly StoredCosignature[]): void {
    const { head, cosignatures: known, freeze } = this.#published;
    this.#published = { head, freeze, cosignatures: mergeCosignatures(known, cosignatures) };
    this.#show();
  }

  #show(): void {
    const { head, cosignatures, freeze } = this.#published;
    this.#shown = this.#parts.signer.show(head, cosignatures, freeze);
  }
}
