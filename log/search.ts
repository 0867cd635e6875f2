import { type LogIndex, type TreeSize, logIndex } from '../merkle/types.ts';
import type { LeafHash } from '../merkle/types.ts';
import type { EntryReads } from '../storage/entries.ts';
import type { SearchIndex } from '../storage/search.ts';
import type { TileCache } from './tile-cache.ts';
import { ownTurn } from './turns.ts';
import type { SearchHit, SearchPage, SearchQuestion } from './types.ts';
import type { Shard } from './signers/shard.ts';

/** Data that a search runs on: one released head, and the entries under it. */
export interface SearchGround {
  readonly store: Pick<SearchIndex, 'search'> & Pick<EntryReads, 'searchKeys'>;
  readonly tileCache: TileCache;
  readonly shard: Shard;
  readonly size: TreeSize;
}

/** A question, and the page of the answer to return. */
export interface Search {
  readonly question: SearchQuestion;
  /** Virtual index of the last hit already seen. */
  readonly after: number | undefined;
  /** Hits on a page. */
  readonly limit: number;
  /** Aborted once nobody waits for the answer. */
  readonly gone: AbortSignal | undefined;
}

/** Work that is done in one turn, in the units of `SearchLimits`: about 1 ms. */
const TURN = 1000;
/** Work after which a page ends as it is, beside what its hits cost. */
export const PAGE_EFFORT = 50_000;
/** Limit of what one hit costs. */
const HIT = 64;
/** Leaf hashes read in one turn: each may be in a tile of its own. */
const LEAVES = 32;

/**
 * Entries that answer the question, in log order. A page that took too much work ends before it is full, perhaps without
 * a hit, and says where to go on.
 *
 * @throws the reason of `gone`
 */
export async function search(ground: SearchGround, asked: Search, effort = PAGE_EFFORT): Promise<SearchPage> {
  const { shard, size } = ground;
  const { offset } = shard;
  const { found, next } = await collect(ground, asked, effort);
  const hits: SearchHit[] = [];
  for (let at = 0; at < found.length; at += LEAVES) {
    if (at > 0) await ownTurn(asked.gone);
    const some = found.slice(at, at + LEAVES);
    const leaves = await ground.tileCache.read(some.map((index) => ({ level: 0, index })));
    for (const [i, index] of some.entries())
      hits.push({ shard, virtualIndex: offset + index, leafHash: leaves[i] as LeafHash });
  }
  return { hits, completeTo: offset + size, next: next === undefined ? undefined : offset + next - 1 };
}

/** @returns hits, and the first entry behind what was looked through, if there may be more */
async function collect(
  { store, shard, size }: SearchGround,
  asked: Search,
  most: number,
): Promise<{ readonly found: readonly LogIndex[]; readonly next: number | undefined }> {
  const { question, after, limit } = asked;
  const groups = question.operator === 'or' ? [question.groups.flat()] : question.groups;
  const found: LogIndex[] = [];
  let next: number | undefined = after === undefined ? 0 : Math.max(0, after + 1 - shard.offset);
  for (let effort = 0; next !== undefined && groups.length > 0;) {
    const limits = { from: logIndex(next), to: size, most: limit + 1 - found.length, effort: TURN };
    const piece = await store.search(groups, limits);
    found.push(...piece.found);
    effort += piece.effort;
    if (found.length > limit) return { found: found.slice(0, limit), next: Number(found[limit - 1]) + 1 };
    next = piece.next;
    if (effort > most + HIT * found.length) break;
    if (next !== undefined) await ownTurn(asked.gone);
  }
  return { found, next: groups.length > 0 ? next : undefined };
}
