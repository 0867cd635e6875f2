import type { CosignatureStore, StoredCosignature } from '../storage/cosignatures.ts';
import type { StoredFreeze, StoredHead } from '../storage/heads.ts';
import { NotPublished, Overloaded } from './failures.ts';
import type { ShardSigner } from './signers/shard-signer.ts';
import { type CosigningLoop, mergeCosignatures } from './cosigning-loop.ts';
import type { SignedHead } from './signers/shard.ts';

/**
 * When a head is published. `off`: as soon as it is committed and journalled. `prefer`: at the same moment, and
 * cosignatures are added later. `require`: once the cosignatures meet the policy.
 */
export type PublicationMode = 'off' | 'prefer' | 'require';

export interface PublisherParts {
  readonly signer: ShardSigner;
  readonly store: Pick<CosignatureStore, 'cosign' | 'cosignatures'>;
  /**
   * Whether heads that await cosignatures may not be published: after a claim of a witness, or by a process that only
   * reads.
   */
  readonly holds: () => boolean;
  /** Undefined with mode `off`. */
  readonly cosigningLoop: Pick<CosigningLoop, 'setTarget'> | undefined;
  /** Milliseconds that a writer waits for its head to be published. */
  readonly timeoutMs: number;
  /** Number of writers that may wait for a head to be published. */
  readonly maxWaiting: number;
}

/** The published head, with its cosignatures. */
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

/** Publishes heads. Every answer of the log is made from the head that was published last, whose size never shrinks. */
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

  /** Rejects all who wait for a head of more than `size` entries, and who will, until the next head is committed. */
  withhold(size: number, reason: string): void {
    this.#withheld = { size, reason };
    for (const waiting of this.#waiting) {
      if (waiting.size <= size) continue;
      this.#waiting.delete(waiting);
      waiting.reject(new NotPublished(reason));
    }
  }

  /**
   * Publishes a head that awaited cosignatures which are not required any more. That it is published is durable before:
   * it stays so if cosignatures are required again.
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

  /** Stores cosignatures durably, then publishes the head if the policy is met. */
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
