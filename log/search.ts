import { type LogIndex, type TreeSize, logIndex } from '../merkle/types.ts';
import type { LeafHash } from '../merkle/types.ts';
import type { LogStore } from '../storage/contract.ts';
import type { TileShelf } from './tiles.ts';
import type { SearchPage, SearchQuestion } from './types.ts';

/** What a search is made on: one released head, and whatever stands under it. */
export interface SearchGround {
  readonly store: LogStore;
  readonly shelf: TileShelf;
  readonly offset: number;
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
  const { offset, size } = ground;
  const start = after === undefined ? 0 : Math.max(0, after + 1 - offset);
  const found = await collect(ground, question, start, limit + 1);
  const page = found.slice(0, limit);
  const leaves = await ground.shelf.read(page.map((index) => ({ level: 0, index })));
  const hits = page.map((index, i) => ({ virtualIndex: offset + index, leafHash: leaves[i] as LeafHash }));
  return { hits, completeTo: size, next: found.length > limit ? hits.at(-1)?.virtualIndex : undefined };
}

async function collect(
  { store, size }: SearchGround,
  { groups, operator }: SearchQuestion,
  start: number,
  most: number,
): Promise<readonly LogIndex[]> {
  const [first, ...others] = operator === 'and' ? groups : [groups.flat()];
  if (first === undefined || first.length === 0) return [];
  const found: LogIndex[] = [];
  for (let at = start; found.length < most;) {
    const step = await store.indexesOf(first, logIndex(at), STRIDE);
    const released = step.filter((index) => index < size);
    found.push(...(await holdingAll(store, released, others)));
    const last = step.at(-1);
    if (last === undefined || step.length < STRIDE || released.length < step.length) break;
    at = last + 1;
    await new Promise((resume) => setImmediate(resume));
  }
  return found.slice(0, most);
}

/** Those of `indexes` that have a key of each group. */
async function holdingAll(
  store: LogStore,
  indexes: readonly LogIndex[],
  groups: readonly (readonly string[])[],
): Promise<readonly LogIndex[]> {
  if (groups.length === 0) return indexes;
  const lists = await store.searchKeys(indexes);
  return indexes.filter((_, i) => {
    const held = new Set(lists[i]?.map(({ text }) => text.toLowerCase()));
    return groups.every((group) => group.some((key) => held.has(key.toLowerCase())));
  });
}
