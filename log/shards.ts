import type { LeafHash } from '../merkle/types.ts';
import { ownTurn } from './turns.ts';
import type { Log, ProvenEntry, SearchPage, SearchQuestion } from './types.ts';

/** All shards of a log, oldest first. The last one may grow; those before it have ended, and are read for ever. */
export class LogShards {
  readonly all: readonly Log[];

  /** @param shards - at least one; each begins where the one before it ended */
  constructor(shards: readonly Log[]) {
    this.all = shards;
  }

  get active(): Log {
    return this.all.at(-1) as Log;
  }

  get ended(): readonly Log[] {
    return this.all.slice(0, -1);
  }

  /** Entries of all shards together. */
  get size(): number {
    return this.active.shard.offset + this.active.head().size;
  }

  /** @param treeId - in decimal */
  byTree(treeId: string): Log | undefined {
    return this.all.find(({ shard }) => shard.treeId === treeId);
  }

  /** @param origin - host name, in lower case */
  byOrigin(origin: string): Log | undefined {
    return this.all.find(({ shard }) => shard.origin === origin);
  }

  byIndex(virtualIndex: number): Promise<ProvenEntry | undefined> {
    const log = this.all.findLast(({ shard }) => virtualIndex >= shard.offset);
    return log === undefined ? Promise.resolve(undefined) : log.byIndex(virtualIndex);
  }

  /**
   * From each shard that has the leaf: the active one's first, then in order, each in a turn of its own.
   *
   * @param gone - as for `Log.byLeaf`
   */
  async byLeaf(leaf: LeafHash, gone?: AbortSignal): Promise<readonly ProvenEntry[]> {
    const found: ProvenEntry[] = [];
    for (const log of [this.active, ...this.ended]) {
      if (log !== this.active) await ownTurn(gone);
      const entry = await log.byLeaf(leaf, gone);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** As `Log.find`, over all shards; complete up to the size of them all. */
  async find(
    question: SearchQuestion,
    after: number | undefined,
    limit: number,
    gone?: AbortSignal,
  ): Promise<SearchPage> {
    const hits: SearchPage['hits'][number][] = [];
    const completeTo = this.size;
    for (const log of this.all) {
      if (after !== undefined && log.shard.offset + log.head().size <= after) continue;
      const page = await log.find(question, after, limit - hits.length, gone);
      hits.push(...page.hits);
      if (page.next !== undefined) return { hits, completeTo, next: page.next };
      if (hits.length === limit && log !== this.active)
        return this.#fullPage(question, { hits, completeTo, next: undefined }, gone);
    }
    return { hits, completeTo, next: undefined };
  }

  /** The page ended with a shard: whether another follows is for the shards behind it to say. */
  async #fullPage(question: SearchQuestion, page: SearchPage, gone: AbortSignal | undefined): Promise<SearchPage> {
    const last = page.hits.at(-1)?.virtualIndex;
    const more = await this.find(question, last, 1, gone);
    return { ...page, next: more.hits.length > 0 || more.next !== undefined ? last : undefined };
  }
}
