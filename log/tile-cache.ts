import { LruMap } from '../base/lru-map.ts';
import { TwoQueueMap } from '../base/two-queue-map.ts';
import { foldRoot } from '../merkle/fold.ts';
import { grow } from '../merkle/grow.ts';
import { coveringNodes } from '../merkle/plan.ts';
import { TILE_WIDTH, type Tile, type TileId, emptyTile, tileOf } from '../merkle/tile.ts';
import { completeTile, nodeAt, slotOf, tileRoot, tileWidth, writeSlot } from '../merkle/tile.ts';
import type { LeafHash, LogIndex, NodeHash, NodeId, RootHash, TreeHead, TreeSize } from '../merkle/types.ts';
import type { FullTile, TileReads } from '../storage/tiles.ts';

/** Levels that a tree of 2^53 leaves can have. */
const LEVELS = 7;

/**
 * Full tiles over leaves that are kept in memory: the last few, for who reads one entry after the other, and at most 16 MiB of
 * those that are read again and again. To keep each that was read would cost the garbage collector what it saves the database.
 */
const KEPT_LEAF_TILES = { recent: 16, frequent: 1024, left: 2048 };
/** Full tiles above the leaves that are kept in memory: at most 64 MiB, and each serves 65,536 entries. */
const KEPT_UPPER_TILES = 4096;

/**
 * The tiles of one tree: partial tiles in memory, full tiles in the store, and the recently used of those in memory
 * too. Nodes never change, so an answer for a smaller tree can be made while a larger one is being grown.
 */
export class TileCache {
  readonly #store: TileReads;
  /** Partial tiles, and full tiles that are not committed yet. */
  readonly #edge = new Map<number, Tile>();
  readonly #leafTiles = new TwoQueueMap<number, Tile>(KEPT_LEAF_TILES);
  readonly #upperTiles = new LruMap<number, Tile>(KEPT_UPPER_TILES);

  constructor(store: TileReads) {
    this.#store = store;
  }

  /**
   * Builds the right edge of the tree of `size` out of `leaves`, the hashes behind the last full tile, and the roots of
   * the full tiles that each unfinished tile stands on: at most 255 reads a level.
   */
  async load(size: TreeSize, leaves: readonly NodeHash[]): Promise<RootHash> {
    let row = leaves;
    for (let level = 0; level < LEVELS; level += 1) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1));
      if (row.length > 0) this.#edge.set(keyOf({ level, index }), tileOf(row));
      const first = index - (index % TILE_WIDTH);
      const ids = Array.from({ length: index - first }, (_, i) => ({ level, index: first + i }));
      row = (await this.#store.tiles(ids)).map((tile) => tileRoot(completeTile(tile)));
    }
    return foldRoot(await this.read(coveringNodes({ from: 0, to: size })));
  }

  /** Grows the tree by `leaves`, in memory: the store does not change. */
  async grow(size: TreeSize, leaves: readonly LeafHash[]): Promise<{ head: TreeHead; tiles: readonly FullTile[] }> {
    const { head, nodes } = grow(size, await this.read(coveringNodes({ from: 0, to: size })), leaves);
    const filled: FullTile[] = [];
    for (const { hash, ...id } of nodes) {
      const { tile, slot } = this.#place(id, hash);
      if (slot === TILE_WIDTH - 1) filled.push({ ...tile, tile: this.#onEdge(tile) });
    }
    return { head, tiles: filled };
  }

  /** Marks tiles as committed: from now on they can be read from the store. */
  markCommitted(tiles: readonly FullTile[]): void {
    for (const { tile, ...id } of tiles) {
      this.#keep(id, tile);
      this.#edge.delete(keyOf(id));
    }
  }

  /**
   * Returns a tile that has at least one hash. More hashes may be added to it later; those that it has never change.
   */
  async tile(id: TileId): Promise<Tile> {
    const [tile] = await this.#tiles([id]);
    if (tile === undefined) throw new Error(`the tree has no tile ${id.level}/${id.index}`);
    return tile;
  }

  /** Returns the tile of each level on the path of a leaf; undefined where the tree has no such tile yet. */
  async tilesOnPath(index: LogIndex, size: TreeSize): Promise<readonly (Tile | undefined)[]> {
    const ids: TileId[] = [];
    for (let level = 0, width = 1; level === 0 || width < size; level += 1, width *= TILE_WIDTH) {
      const id = { level, index: Math.floor(index / (width * TILE_WIDTH)) };
      if (tileWidth(id, size) > 0) ids.push(id);
    }
    const found = await this.#tiles(ids);
    const tiles: (Tile | undefined)[] = [];
    for (let i = 0; i < ids.length; i += 1) tiles[(ids[i] as TileId).level] = found[i];
    return tiles;
  }

  /** Returns hashes of complete subtrees, in the order of `nodes`. @throws Error if one is not part of the tree */
  async read(ids: readonly NodeId[]): Promise<readonly NodeHash[]> {
    const slots = ids.map(slotOf);
    const tiles = await this.#tiles(slots.map(({ tile }) => tile));
    return slots.map(({ slot }, i) => nodeAt(tiles[i], slot));
  }

  /** Returns tiles. Each that is not in memory is read once, however often it is asked for. */
  async #tiles(ids: readonly TileId[]): Promise<readonly Tile[]> {
    const tiles = ids.map((id) => this.#inMemory(id));
    if (!tiles.includes(undefined)) return tiles as readonly Tile[];
    const missing = new Map<number, TileId>();
    for (const [i, id] of ids.entries()) if (tiles[i] === undefined) missing.set(keyOf(id), id);
    const wanted = [...missing];
    const found = await this.#store.tiles(wanted.map(([, id]) => id));
    const read = new Map<number, Tile>();
    for (const [i, [key, id]] of wanted.entries()) {
      const stored = found[i];
      if (stored === undefined) throw new Error(`the store has no tile ${id.level}/${id.index}`);
      const tile = completeTile(stored);
      read.set(key, tile);
      this.#keep(id, tile);
    }
    return ids.map((id, i) => tiles[i] ?? (read.get(keyOf(id)) as Tile));
  }

  #inMemory(id: TileId): Tile | undefined {
    const key = keyOf(id);
    return this.#edge.get(key) ?? this.#recent(id).get(key);
  }

  #recent({ level }: TileId): LruMap<number, Tile> | TwoQueueMap<number, Tile> {
    return level === 0 ? this.#leafTiles : this.#upperTiles;
  }

  #keep(id: TileId, tile: Tile): void {
    this.#recent(id).set(keyOf(id), tile);
  }

  #onEdge(id: TileId): Tile {
    const key = keyOf(id);
    const tile = this.#edge.get(key) ?? emptyTile();
    this.#edge.set(key, tile);
    return tile;
  }

  #place(id: NodeId, hash: NodeHash): { readonly tile: TileId; readonly slot: number } {
    const place = slotOf(id);
    writeSlot(this.#onEdge(place.tile), place.slot, hash);
    return place;
  }
}

/** Returns the number of a tile, which no other has: a level has at most 2^45 tiles, and there are seven levels. */
const keyOf = ({ level, index }: TileId): number => level * 2 ** 45 + index;
