import { equalBytes } from '../../base/bytes.ts';
import { hashesIn, TILE_HEIGHT, TILE_WIDTH, type TileId, tileOf, tileRoot } from '../../merkle/tile.ts';
import { type NodeHash, treeSize } from '../../merkle/types.ts';
import type { AuditedLog } from '../../storage/engine.ts';
import { type Tally, together } from '../../storage/search-index/tally.ts';
import { loadTileCache } from '../load-tile-cache.ts';
import type { VerifiableShard } from '../signers/head-verifier.ts';
import type { TileCache } from '../tile-cache.ts';
import { attempt, type Found, type Mend } from './attempt.ts';
import { auditEntries } from './entries.ts';
import { HeadCheck } from './heads.ts';
import { Damaged, type EntriesReport } from './reports.ts';
import { type IndexPlace, IndexScrub } from './index-scrub.ts';
import { remakeTile } from './mend-tile.ts';
import { checkTile } from './tiles.ts';

/** Bytes of a hash. */
const HASH_BYTES = 32;

/** Where a scrub of a shard stands: all that the next slice has to know, so that it can be kept over a restart. */
export interface ShardPlace {
  /** Entries that are looked at: those under a head of this size. */
  readonly size: number;
  /** The next entry. */
  readonly entry: number;
  readonly index: IndexPlace;
}

/** Checks a shard slice by slice, each on its own against the newest head that was signed when the scrub of it began. */
export class ShardScrub {
  readonly #reading: AuditedLog;
  readonly #shard: VerifiableShard;
  readonly #index: IndexScrub;
  readonly #mend: Mend | undefined;
  /** Size of a tree that could not be read: that is said once. */
  #unreadable = -1;
  #tree: { readonly size: number; readonly cache: TileCache; readonly heads: HeadCheck } | undefined;

  constructor(reading: AuditedLog, shard: VerifiableShard, mend: Mend | undefined) {
    [this.#reading, this.#shard, this.#mend] = [reading, shard, mend];
    this.#index = new IndexScrub(reading, mend);
  }

  /** Begins with all that is published. */
  async begin(found: Found): Promise<ShardPlace> {
    const size = (await this.#reading.publishedSize()) ?? 0;
    [this.#tree, this.#unreadable] = [undefined, -1];
    return { size, entry: 0, index: await this.#index.begin(size, found) };
  }

  /** Checks the next slice, up to some tenths of a second of work. @returns undefined if there was none left @throws StoreRefused */
  async slice(place: ShardPlace, found: Found): Promise<ShardPlace | undefined> {
    if (place.entry < place.size) return this.#entries(place, found);
    const index = await this.#index.slice(place.index, found);
    return index && { ...place, index };
  }

  /** 256 entries, what is kept beside them, the tiles that end with them, and the heads between them. */
  async #entries(place: ShardPlace, found: Found): Promise<ShardPlace> {
    const from = place.entry;
    const to = Math.min(place.size, from + TILE_WIDTH);
    const ends = place.index.runs.map(({ to: end }) => end);
    const audit = () => attempt(from, found, () => auditEntries(this.#reading, { from, to, runs: ends }));
    let report = await audit();
    if (report === undefined && to - from === TILE_WIDTH && (await this.#repair(from / TILE_WIDTH, place.size, found)))
      report = await audit();
    const tree = this.#unreadable === place.size ? undefined : await this.#readableTree(from, place.size, found);
    if (tree === undefined) this.#unreadable = place.size;
    else {
      await this.#checkTiles(tree.cache, { from, size: place.size }, report, found);
      await this.#checkHeads(tree.heads, from, to, found);
    }
    return { ...place, entry: to, index: { ...place.index, runs: added(place.index.runs, from, to, report) } };
  }

  /**
   * Says whether the tile is damaged as well. One that is, over entries that are not, is made again from them; entries under one that
   * is not are looked for in other copies of the log.
   *
   * @returns whether something was mended
   */
  async #repair(index: number, size: number, found: Found): Promise<boolean> {
    const from = index * TILE_WIDTH;
    const id = { level: 0, index };
    const hashes = await attempt(from, found, () => this.#storedHashes(id));
    if (hashes === undefined) return this.#remake(id, size, found);
    const mend = this.#mend;
    if (mend === undefined) return false;
    const tree = await attempt(from, found, () => this.#treeOf(size));
    if (tree === undefined) return false;
    const isMended = await attempt(from, found, async () => {
      await requireAbove(tree.cache, id, tileRoot(tileOf(hashes)));
      return mend.bundle(index, hashes);
    });
    return isMended === true;
  }

  async #remake(id: TileId, size: number, found: Found): Promise<boolean> {
    const mend = this.#mend;
    if (mend === undefined) return false;
    const first = id.index * TILE_WIDTH ** (id.level + 1);
    const tile = await attempt(first, found, () => remakeTile(this.#reading, this.#shard, id, size));
    if (tile === undefined || !mend.tile(tile)) return false;
    [this.#unreadable, this.#tree] = [-1, undefined];
    return true;
  }

  /** The edge of the tree is read from the last full tile of each level: one that is damaged is made again first. */
  async #readableTree(from: number, size: number, found: Found) {
    const tree = await attempt(from, found, () => this.#treeOf(size));
    if (tree !== undefined || this.#mend === undefined) return tree;
    let isMended = false;
    for (let level = 1; TILE_WIDTH ** (level + 1) <= size; level += 1) {
      const id = { level, index: Math.floor(size / TILE_WIDTH ** (level + 1)) - 1 };
      const hashes = await attempt(from, found, () => this.#storedHashes(id));
      if (hashes === undefined) isMended = (await this.#remake(id, size, found)) || isMended;
    }
    return isMended ? attempt(from, found, () => this.#treeOf(size)) : undefined;
  }

  async #treeOf(size: number) {
    if (this.#tree?.size === size) return this.#tree;
    const head = await this.#reading.headAt(treeSize(size));
    if (head === undefined) throw new Damaged(size, `the head of ${size} entries is missing`);
    const cache = await loadTileCache(this.#reading, treeSize(size), head);
    this.#tree = { size, cache, heads: new HeadCheck(cache, this.#shard) };
    return this.#tree;
  }

  /** Holds the hash above the entries, and above each tile that ends with them, against the one in the tile above. */
  async #checkTiles(
    cache: TileCache,
    { from, size }: { readonly from: number; readonly size: number },
    report: EntriesReport | undefined,
    found: Found,
  ): Promise<void> {
    let index = from / TILE_WIDTH;
    const [root] = hashesIn(report?.roots ?? new Uint8Array());
    if (root !== undefined) await attempt(from, found, () => requireAbove(cache, { level: 0, index }, root));
    for (let level = 1; index % TILE_WIDTH === TILE_WIDTH - 1; level += 1) {
      index = Math.floor(index / TILE_WIDTH);
      const id = { level, index };
      const isWhole = await attempt(from, found, async () => {
        await requireAbove(cache, id, await checkTile(this.#reading, id, await this.#storedHashes(id)));
        return true;
      });
      if (isWhole !== true) await this.#remake(id, size, found);
    }
  }

  /** @throws DamagedStore */
  async #storedHashes(id: TileId): Promise<readonly NodeHash[]> {
    const [stored] = await this.#reading.tiles([id]);
    return hashesIn((stored ?? new Uint8Array()).subarray(0, TILE_WIDTH * HASH_BYTES));
  }

  /** Heads of more than `from` up to `to` entries: those below a damaged one, too. */
  async #checkHeads(heads: HeadCheck, from: number, to: number, found: Found): Promise<void> {
    const least = from === 0 ? 0 : from + 1;
    for (let below = to + 1; below > least;) {
      let damagedAt = least;
      await attempt(from, found, async () => {
        try {
          await heads.kept(this.#reading, least, below);
        } catch (error) {
          if (error instanceof Damaged) damagedAt = error.damage.at;
          throw error;
        }
      });
      below = damagedAt;
    }
  }
}

async function requireAbove(cache: TileCache, { level, index }: TileId, root: NodeHash): Promise<void> {
  const above = { level: (level + 1) * TILE_HEIGHT, index };
  const [hash] = await cache.read([above]);
  if (hash !== undefined && equalBytes(hash, root)) return;
  const width = TILE_WIDTH ** (level + 1);
  throw new Damaged(
    index * width,
    `tile ${level + 1}/${Math.floor(index / TILE_WIDTH)} is damaged: it has another hash above the entries from ${index * width} to ${(index + 1) * width - 1}`,
  );
}

/** Adds what the index must have of these entries. What cannot be known leaves a run without a tally. */
function added(runs: IndexPlace['runs'], from: number, to: number, report: EntriesReport | undefined) {
  let first = 0;
  return runs.map((run, i) => {
    const begin = first;
    first = run.to;
    if (run.to <= from || begin >= to || run.tally === undefined) return run;
    const tally: Tally | undefined = report?.tallies[i - report.firstRun];
    return { to: run.to, tally: tally && together(run.tally, tally) };
  });
}
