import { type LogIndex, type TreeSize, logIndex } from '../merkle/types.ts';
import type { LeafHash } from '../merkle/types.ts';
import type { LogStore } from '../storage/contract.ts';
import type { TileShelf } from './tiles.ts';
import { otherWork } from './turns.ts';
import type { SearchPage, SearchQuestion } from './types.ts';
import type { Shard } from './faces/shard.ts';

/** What a search is made on: one released head, and whatever stands under it. */
export interface SearchGround {
  readonly store: LogStore;
  readonly shelf: TileShelf;
  readonly shard: Shard;
  readonly size: TreeSize;
}

/** Hits looked up and confirmed in one go, so that a long answer leaves room for others: about 2 ms. */
const STRIDE = 256;

/** Entries that answer `question`, in log order, from behind virtual index `after`; at most `limit` of them. */
export async function search(
  ground: SearchGround,
  question: SearchQuestion,
  after: number | undefined,
  limit: number,
): Promise<SearchPage> {
  const { shard, size } = ground;
  const { offset } = shard;
  const start = after === undefined ? 0 : Math.max(0, after + 1 - offset);
  const found = await collect(ground, question, start, limit + 1);
  const page = found.slice(0, limit);
  const leaves = await ground.shelf.read(page.map((index) => ({ level: 0, index })));
  const hits = page.map((index, i) => ({ shard, virtualIndex: offset + index, leafHash: leaves[i] as LeafHash }));
  return { hits, completeTo: offset + size, next: found.length > limit ? hits.at(-1)?.virtualIndex : undefined };
}

function collect(ground: SearchGround, { groups, operator }: SearchQuestion, start: number, most: number) {
  if (groups.length === 0) return Promise.resolve([]);
  return operator === 'or' ? collectAny(ground, groups.flat(), start, most) : collectAll(ground, groups, start, most);
}

async function collectAny(
  { store, size }: SearchGround,
  keys: readonly string[],
  start: number,
  most: number,
): Promise<readonly LogIndex[]> {
  const found: LogIndex[] = [];
  for (let at = start; found.length < most;) {
    const step = await store.indexesOf(keys, logIndex(at), STRIDE);
    found.push(...step.filter((index) => index < size));
    const last = step.at(-1);
    if (last === undefined || step.length < STRIDE || last >= size) break;
    at = last + 1;
    await otherWork();
  }
  return found.slice(0, most);
}

/** Each group says where its next entry is; the search leaps to the farthest, so the rarest group sets the pace. */
async function collectAll(
  { store, size }: SearchGround,
  groups: readonly (readonly string[])[],
  start: number,
  most: number,
): Promise<readonly LogIndex[]> {
  const found: LogIndex[] = [];
  for (let at = start, leaps = 1; found.length < most; leaps += 1) {
    let farthest = at;
    let agreed = 0;
    for (const keys of groups) {
      const [next] = await store.indexesOf(keys, logIndex(farthest), 1);
      if (next === undefined || next >= size) return found;
      agreed = next === farthest ? agreed + 1 : 1;
      farthest = next;
    }
    if (agreed === groups.length) found.push(logIndex(farthest));
    at = agreed === groups.length ? farthest + 1 : farthest;
    if (leaps % STRIDE === 0) await otherWork();
  }
  return found;
}
