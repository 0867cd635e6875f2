import { equalBytes, toHex } from '../../base/bytes.ts';
import { emptyRoot, hashLeaf } from '../../merkle/hash.ts';
import { type TreeHead, logIndex, treeSize } from '../../merkle/types.ts';
import type { LogStore } from '../../storage/contract.ts';
import type { SequencedEntry } from '../../storage/entries.ts';
import type { StoredFreeze, StoredHead } from '../../storage/heads.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import type { CommitStep, RecordedEntry, Step } from '../../storage/records/step.ts';
import type { WitnessedHead, WitnessState } from '../../storage/witness-state.ts';
import { HeadVerifier } from '../signers/head-verifier.ts';
import { loadTileCache } from '../load-tile-cache.ts';
import type { TileCache } from '../tile-cache.ts';
import { BackupRefused, UnfitStep } from './failures.ts';
import type { ShardOf } from './step-check.ts';

export interface ReplayParts {
  readonly store: LogStore & WitnessState;
  readonly shardOf: ShardOf;
  /** Keeps the genesis document. */
  readonly document: (text: string) => void;
  /** Names the folder of the store, for a refusal. */
  readonly folder: string;
}

/** Content of a store before the first step. */
interface Before {
  readonly identity: LogIdentity | undefined;
  readonly head: StoredHead | undefined;
  readonly witnessed: ReadonlyMap<string, number>;
  readonly isFrozen: boolean;
}

/**
 * Takes the steps of a shard into a store, from the first on, as the log itself took them. Nothing is signed: each tree must have
 * the root that was. A store that has the first of the steps already goes on behind them.
 */
export class Replay {
  readonly #parts: ReplayParts;
  readonly #before: Before;
  readonly #witnessed: Map<string, number>;
  #identity: LogIdentity | undefined;
  #verifier: HeadVerifier | undefined;
  #tileCache: TileCache | undefined;
  /** The newest head of the steps so far. */
  #last: TreeHead = { size: treeSize(0), root: emptyRoot() };

  private constructor(parts: ReplayParts, before: Before) {
    this.#parts = parts;
    this.#before = before;
    this.#witnessed = new Map(before.witnessed);
  }

  static async into(parts: ReplayParts): Promise<Replay> {
    const { store } = parts;
    const witnessed = new Map((await store.witnessed()).map(({ origin, size }) => [origin, size]));
    const isFrozen = (await store.frozen()) !== undefined;
    return new Replay(parts, { identity: await store.identity(), head: await store.head(), witnessed, isFrozen });
  }

  get identity(): LogIdentity | undefined {
    return this.#identity;
  }

  /** Entries so far. */
  get size(): number {
    return this.#last.size;
  }

  /** @throws BackupRefused for a store that holds anything else; Error for a step that does not fit those before it */
  async take(step: Step): Promise<void> {
    if (step.op === 'create') return this.#create(step.identity);
    if (this.#verifier === undefined) throw new UnfitStep('the steps do not begin with the identity of a log');
    switch (step.op) {
      case 'document':
        return this.#parts.document(step.text);
      case 'commit':
        return this.#commit(step, this.#verifier);
      case 'cosign':
        return this.#parts.store.cosign(step.cosignatures, step.published);
      case 'claim':
        return this.#parts.store.keepClaim(step.claim);
      case 'witness':
        return this.#witness(step.head);
      case 'lead':
        return; // who wrote a list changes nothing in the log
      case 'freeze':
        return this.#freeze(step.freeze);
    }
  }

  async #freeze(freeze: StoredFreeze): Promise<void> {
    if (!this.#before.isFrozen) await this.#parts.store.freeze(freeze);
  }

  /** To be called behind the last step. @throws BackupRefused for a store that has more than the steps */
  requireEnd(): void {
    const size = this.#before.head?.size ?? 0;
    if (size > this.#last.size)
      throw new BackupRefused(
        `${this.#parts.folder} has ${size} entries, more than the backup (${this.#last.size}): it is no restore of this one that was cut short. Name an empty folder or a new one`,
      );
  }

  async #create(identity: LogIdentity): Promise<void> {
    const { store, folder, shardOf } = this.#parts;
    const found = this.#before.identity;
    if (found !== undefined && (found.treeId !== identity.treeId || found.logId !== identity.logId))
      throw new BackupRefused(
        `${folder} holds log ${found.treeId} (${found.origin}), and the backup log ${identity.treeId} (${identity.origin}): name an empty folder or a new one`,
      );
    this.#verifier = new HeadVerifier(shardOf(identity));
    if (found === undefined) await store.create(identity);
    this.#identity = identity;
  }

  async #commit(step: CommitStep, verifier: HeadVerifier): Promise<void> {
    const { head } = step;
    const there = this.#before.head;
    if (there !== undefined && head.size <= there.size) this.#passOver(head, there);
    else await this.#append(step, verifier);
    this.#last = head;
  }

  /** @throws BackupRefused unless the store has the tree of the step */
  #passOver(head: StoredHead, there: StoredHead): void {
    if (head.size < there.size || equalBytes(head.root, there.root)) return;
    throw new BackupRefused(
      `${this.#parts.folder} holds another tree at ${head.size} entries than the backup: name an empty folder or a new one`,
    );
  }

  async #append({ entries, head }: CommitStep, verifier: HeadVerifier): Promise<void> {
    const { store, folder } = this.#parts;
    const after = this.#last;
    const from = after.size;
    if (this.#tileCache === undefined && from !== (this.#before.head?.size ?? 0))
      throw new BackupRefused(`${folder} ends within a commit of the backup: name an empty folder or a new one`);
    const sequenced = entries.map((entry, i) => asSequenced(entry, from + i));
    this.#tileCache ??= await loadTileCache(store, from, this.#before.head);
    const grown = await this.#tileCache.grow(
      from,
      sequenced.map(({ leafHash }) => leafHash),
    );
    const { size, root } = grown.head;
    if (size !== head.size || !equalBytes(root, head.root))
      throw new UnfitStep(
        `the first ${size} entries have the root ${toHex(root)}, and ${toHex(head.root)} of ${head.size} was signed`,
      );
    verifier.requireSigned(head);
    await store.commit({ after, entries: sequenced, tiles: grown.tiles, head });
    this.#tileCache.markCommitted(grown.tiles);
  }

  async #witness(head: WitnessedHead): Promise<void> {
    const known = this.#witnessed.get(head.origin);
    if (known !== undefined && known > head.size) return;
    await this.#parts.store.witness(head, known);
    this.#witnessed.set(head.origin, head.size);
  }
}

function asSequenced({ searchKeys, ...entry }: RecordedEntry, index: number): SequencedEntry {
  return { ...entry, index: logIndex(index), leafHash: hashLeaf(entry.body), searchKeys: { packed: searchKeys } };
}
