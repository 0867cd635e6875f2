import { toHex } from '../base/bytes.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { TILE_WIDTH } from '../merkle/tile.ts';
import { type TreeHead, type TreeSize, logIndex } from '../merkle/types.ts';
import type { EntryReads, StoredEntry } from '../storage/entries.ts';
import type { TileReads } from '../storage/tiles.ts';
import { LogRefused } from './failures.ts';
import { TileCache } from './tile-cache.ts';

/** Returns the stored tree of `size`. @throws LogRefused unless it has the root that was signed */
export async function loadTileCache(
  store: TileReads & Pick<EntryReads, 'entry'>,
  size: TreeSize,
  stored: TreeHead | undefined,
): Promise<TileCache> {
  const tileCache = new TileCache(store);
  const behind = await entriesBehindTiles(store, size);
  const root = await tileCache.load(
    size,
    behind.map(({ body }) => hashLeaf(body)),
  );
  if (stored && toHex(root) !== toHex(stored.root))
    throw new LogRefused(`the stored tree of ${size} does not have the root that was signed: restore a whole copy`);
  return tileCache;
}

async function entriesBehindTiles(store: Pick<EntryReads, 'entry'>, size: TreeSize): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (let index = size - (size % TILE_WIDTH); index < size; index += 1) {
    const entry = await store.entry(logIndex(index));
    if (entry === undefined) throw new LogRefused(`entry ${index} of ${size} is missing: restore a whole copy`);
    entries.push(entry);
  }
  return entries;
}
