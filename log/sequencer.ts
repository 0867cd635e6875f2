import type { AdmittedEntry } from '../entries/kind.ts';
import type { TreeHead } from '../merkle/types.ts';
import type { StoreUpkeep } from '../storage/contract.ts';
import { NoRoom } from '../storage/failures.ts';
import type { StoreFigures } from '../storage/figures.ts';
import type { SequencedEntry } from '../storage/entries.ts';
import type { Commit, HeadRegister } from '../storage/heads.ts';
import type { Clock } from './clock.ts';
import { NotWritable } from './failures.ts';
import { GrowthFigures, type RefusalReason } from './figures.ts';
import type { ShardSigner } from './signers/shard-signer.ts';
import { sequenced, stepDone } from './sequenced.ts';
import { Signing } from './signing.ts';
import type { Placer, PlaceOptions } from './placer.ts';
import { HeadReleases, type ReleaseParts } from './releases.ts';
import type { TileCache } from './tile-cache.ts';
import { UnwrittenCommits } from './unwritten-commits.ts';
import { type SequencerLimits, type Waiting, WaitingEntries } from './waiting-entries.ts';

export interface SequencerParts extends Omit<ReleaseParts, 'held' | 'figures'> {
  readonly store: Pick<HeadRegister, 'commit'> & Pick<StoreUpkeep, 'heartbeat' | 'figures'>;
  readonly tileCache: TileCache;
  readonly signer: ShardSigner;
  /** Whether heads are published only once witnesses have cosigned them. */
  readonly awaitsCosignatures: boolean;
  readonly clock: Clock;
  /** Returns why a claim of a witness forbids to sign; undefined if none does. */
  readonly claimRefusal: () => string | undefined;
  /** Resolves when it is known whether there is such a reason: what is to be written waits for it. */
  readonly ready: () => Promise<void>;
  readonly limits: SequencerLimits;
  /** Called at most once, when the outcome of a write is unknown. The process must end: only start-up can recover. */
  readonly fatal: (reason: unknown) => void;
}

/**
 * The only writer. Entries that arrive while one commit runs share the next, so the rate of commits follows the disk
 * and not the callers. The order of a batch: grow and sign in memory, commit, journal, release. The journal write of
 * one batch overlaps the commit of the next; no head is journalled before it is committed, and none is published
 * before it is journalled.
 */
export class Sequencer implements Placer {
  readonly #parts: SequencerParts;
  readonly #waiting: WaitingEntries;
  #head: TreeHead;
  #lastTime: number;
  #released: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #refusal: string | undefined;
  #failed = false;
  readonly figures = new GrowthFigures();
  readonly #unwritten: UnwrittenCommits;
  readonly #signing: Signing;
  readonly #releases: HeadReleases;

  /** @param last - the newest head in the store, and the time of the newest entry */
  constructor(parts: SequencerParts, last: { readonly head: TreeHead; readonly time: number }) {
    this.#parts = parts;
    this.#head = last.head;
    this.#lastTime = last.time;
    this.#waiting = new WaitingEntries(parts.limits, parts.now);
    this.#unwritten = new UnwrittenCommits({ ...parts, look: () => this.heartbeat() });
    const { signer, warn, now } = parts;
    this.#signing = new Signing({ mayBeAway: signer.mayBeAway, warn, now, look: () => signer.sign(this.#head, []) });
    this.#releases = new HeadReleases({
      ...parts,
      figures: this.figures,
      held: (refusal) => this.#waiting.turnAway(refusal),
    });
  }

  /** Finds out whether the signer signs: a start does not wait for the first entry. */
  begin(): Promise<void> {
    return this.#signing.begin();
  }

  /** Entries in the newest head that is in the store. */
  get size(): number {
    return this.#head.size;
  }

  /**
   * Writes what is no part of the log. Resolves once it is durable. Where it finds no room a commit would find none either,
   * so entries are refused from then on, before one is sent. @throws NoRoom
   */
  async heartbeat(): Promise<void> {
    const { store, clock } = this.#parts;
    try {
      await store.heartbeat(clock.now());
    } catch (error) {
      if (error instanceof NoRoom) this.#unwritten.failed(error);
      throw error;
    }
  }

  storeFigures(): Promise<StoreFigures | undefined> {
    return this.#parts.store.figures();
  }

  /** Entries in the newest head that is in the journal. */
  get journalled(): number {
    return this.#releases.size ?? this.#head.size;
  }

  /** Entries that wait, and the bytes of their bodies and attestations. */
  get waiting(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#waiting.count, bytes: this.#waiting.bytes };
  }

  /** Whether no entry is taken now, for each of the reasons. */
  refusals(): Readonly<Record<RefusalReason, boolean>> {
    const { claimRefusal, clock } = this.#parts;
    return {
      clock: clock.reasonUntrusted(this.#lastTime) !== undefined,
      witness: claimRefusal() !== undefined,
      disk: this.#unwritten.isFull,
      damage: this.#unwritten.isDamaged,
      journal: this.#releases.refusal() !== undefined,
      signer: this.#signing.refusal() !== undefined,
      stopped: this.#refusal !== undefined,
    };
  }

  /** Why no entry is taken now; undefined while they are. */
  refusal(): string | undefined {
    const ofParts = this.#unwritten.refusal() ?? this.#releases.refusal() ?? this.#signing.refusal();
    return this.#refusal ?? ofParts ?? this.#reasonUntrusted();
  }

  #reasonUntrusted(): string | undefined {
    return this.#parts.claimRefusal() ?? this.#parts.clock.reasonUntrusted(this.#lastTime);
  }

  /** Resolves once the entry is durable, and its head in the journal unless that has no room. @throws Overloaded, NotWritable */
  place(entry: AdmittedEntry, { steps }: PlaceOptions = {}): Promise<SequencedEntry> {
    const refusal = this.refusal();
    if (refusal !== undefined) throw new NotWritable(refusal);
    this.#waiting.requireRoom(entry, this.#signing.most);
    return new Promise((resolve, reject) => {
      this.#waiting.add({ entry, resolve, reject, steps });
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing more, and resolves when what was taken is released. */
  async stop(): Promise<void> {
    this.#refusal ??= 'the log is stopping';
    this.#unwritten.stop();
    this.#signing.stop();
    this.#releases.stop();
    await this.#running;
    await this.#released;
  }

  async #run(): Promise<void> {
    await this.#parts.ready(); // which also lets entries that arrive in the same turn share the first batch
    let taken: readonly Waiting[] = [];
    try {
      while (this.#waiting.count > 0) {
        const reason = this.#reasonUntrusted();
        if (reason !== undefined) {
          this.#waiting.turnAway(reason);
          break;
        }
        taken = this.#waiting.take(this.#signing.most);
        await this.#grow(taken);
      }
      this.#running = undefined;
    } catch (reason) {
      this.#end(reason, taken);
    }
  }

  async #grow(waiting: readonly Waiting[]): Promise<void> {
    const { tileCache, signer, clock, awaitsCosignatures } = this.#parts;
    const after = this.#head;
    const from = after.size;
    const at = Math.max(clock.now(), this.#lastTime);
    const admitted = waiting.map(({ entry }) => entry);
    const leaves = admitted.map(({ leafHash }) => leafHash);
    const { head, tiles } = await tileCache.grow(from, leaves);
    const signed = await this.#sign(admitted.length, () => sequenced(signer, admitted, { from, at, head }));
    if (signed === undefined) return this.#turnAway(waiting, this.#signing.refusal());
    const { entries, signatures } = signed;
    stepDone(waiting, 'sequence');
    const stored = { ...head, at, signatures, awaitsCosignatures };
    const isKept = await this.#commit({ after, entries, tiles, head: stored }, waiting);
    if (!isKept) return;
    stepDone(waiting, 'commit');
    [this.#head, this.#lastTime] = [head, at];
    tileCache.markCommitted(tiles);
    const batch = { from, entries, head: stored, resolve: waiting.map(({ resolve }) => resolve) };
    this.#releases.add(batch);
    await this.#released; // one journal write at a time, beside at most one commit
    if (this.#failed) throw new Error('the head before this one may not be in the journal');
    this.#released = this.#releases.release(batch).catch((reason: unknown) => this.#end(reason, waiting));
  }

  /** Returns undefined if the signer is away: nothing was promised. */
  async #sign<T>(entries: number, sign: () => Promise<T>): Promise<T | undefined> {
    const { figures } = this;
    const begun = this.#parts.now();
    const signed = await this.#signing.sign(entries, sign);
    if (signed === undefined) return undefined;
    figures.signed.observe((this.#parts.now() - begun) / 1000);
    figures.signatures.rekor += 1 + entries;
    figures.signatures.c2sp += 1;
    return signed;
  }

  /** Rejects a batch of which nothing was written, and all that waits. */
  #turnAway(waiting: readonly Waiting[], refusal = 'nothing was written'): void {
    for (const { reject } of waiting) reject(new NotWritable(refusal));
    this.#waiting.turnAway(refusal);
  }

  /** @returns false if nothing was written for a reason that may pass: the senders are told */
  async #commit(commit: Commit, waiting: readonly Waiting[]): Promise<boolean> {
    const { store, now } = this.#parts;
    const begun = now();
    try {
      await store.commit(commit);
      this.figures.commits.observe((now() - begun) / 1000);
      this.figures.batches.observe(waiting.length);
      this.#unwritten.succeeded();
      return true;
    } catch (reason) {
      this.#turnAway(waiting, this.#unwritten.failed(reason));
      return false;
    }
  }

  /** Ends the log: the outcome of a write is unknown. No sender is told that its entry was refused, because it may be stored. */
  #end(reason: unknown, waiting: readonly Waiting[]): void {
    for (const { reject } of [...waiting, ...this.#waiting.takeAll()]) reject(new Error('the outcome is unknown'));
    if (this.#failed) return;
    this.#failed = true;
    this.#refusal = 'the log has failed';
    this.#parts.fatal(reason);
  }
}
