import { equalBytes } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { LruMap } from '../base/lru-map.ts';
import { foldProof, foldRoot } from '../merkle/fold.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { bodiesIn } from '../merkle/entry-bundle.ts';
import { consistencyRanges, coveringNodes, inclusionPath } from '../merkle/plan.ts';
import { readSlot, slotOf, type Tile, TILE_HEIGHT, TILE_WIDTH, type TileId } from '../merkle/tile.ts';
import { hashesIn, tileOf, tileRoot, tileWidth } from '../merkle/tile.ts';
import type {
  LeafHash,
  LeafRange,
  LogIndex,
  NodeHash,
  NodeId,
  Proof,
  RootHash,
  TreeHead,
  TreeSize,
} from '../merkle/types.ts';
import { UnverifiedTile } from './failures.ts';
import type { TileSource } from './tile-source.ts';

type Tiles = Pick<TileSource, 'tile' | 'bundle'>;

const HASH = 32;
/** Tiles kept in memory: those above the ones that are being looked at. */
const KEPT_TILES = 64;

/** The tree under a checkpoint, read from a source of tiles. Nothing is returned that does not hash to its root. */
export class VerifiedTree {
  readonly head: Checkpoint;
  readonly #source: Tiles;
  /** Tiles that are not full, by level. */
  readonly #edges = new Map<number, Tile>();
  readonly #full = new LruMap<string, Tile>(KEPT_TILES);

  private constructor(source: Tiles, head: Checkpoint) {
    this.#source = source;
    this.head = head;
  }

  /** @throws UnverifiedTile if the tiles at the right edge do not have the root that was signed */
  static async open(source: Tiles, head: Checkpoint): Promise<VerifiedTree> {
    const tree = new VerifiedTree(source, head);
    for (let level = 0; TILE_WIDTH ** level <= head.size; level += 1) {
      const id = { level, index: Math.floor(head.size / TILE_WIDTH ** (level + 1)) };
      const width = tileWidth(id, head.size);
      if (width > 0) tree.#edges.set(level, tileOf(hashesOf(id, width, await source.tile(id, width))));
    }
    const root = foldRoot(coveringNodes({ from: 0, to: head.size }).map((node) => tree.#onEdge(slotOf(node))));
    if (equalBytes(root, head.root)) return tree;
    throw new UnverifiedTile(`the tiles of ${head.origin} do not have the root of its checkpoint at ${head.size}`);
  }

  #onEdge({ tile, slot }: { readonly tile: TileId; readonly slot: number }): NodeHash {
    const edge = this.#edges.get(tile.level);
    if (edge === undefined) throw new Error(`no tile of level ${tile.level} is at the edge of ${this.head.size}`);
    return readSlot(edge, slot);
  }

  /** A tile of this tree. @throws UnverifiedTile if it is not what the tile above it says */
  async tile(id: TileId): Promise<Tile> {
    if (tileWidth(id, this.head.size) < TILE_WIDTH) return this.#edges.get(id.level) ?? tileOf([]);
    const name = `${id.level}/${id.index}`;
    const known = this.#full.get(name);
    if (known !== undefined) return known;
    const tile = tileOf(hashesOf(id, TILE_WIDTH, await this.#source.tile(id, TILE_WIDTH)));
    const above = slotOf({ level: (id.level + 1) * TILE_HEIGHT, index: id.index });
    if (!equalBytes(tileRoot(tile), readSlot(await this.tile(above.tile), above.slot)))
      throw new UnverifiedTile(`tile ${name} of ${this.head.origin} is not the one that was signed for`);
    this.#full.set(name, tile);
    return tile;
  }

  /** A bundle of this tree. @throws UnverifiedTile if its entries are not those that were hashed */
  async bundle(number: number, width: number): Promise<Uint8Array> {
    const bytes = await this.#source.bundle(number, width);
    const tile = await this.tile({ level: 0, index: number });
    const bodies = bodiesIn(bytes);
    if (bodies?.length === width && bodies.every((body, i) => equalBytes(hashLeaf(body), readSlot(tile, i))))
      return bytes;
    throw new UnverifiedTile(
      `entry bundle ${number} of ${this.head.origin} does not hold the entries that were hashed`,
    );
  }

  /** The root that this tree had when it had `size` entries. */
  async rootAt(size: TreeHead['size']): Promise<RootHash> {
    return foldRoot(await this.#nodes(coveringNodes({ from: 0, to: size })));
  }

  /** Hashes of nodes of this tree, in their order. @throws UnverifiedTile */
  async #nodes(nodes: readonly NodeId[]): Promise<readonly NodeHash[]> {
    const hashes: NodeHash[] = [];
    for (const node of nodes) {
      const { tile, slot } = slotOf(node);
      hashes.push(readSlot(await this.tile(tile), slot));
    }
    return hashes;
  }

  /** The leaf hash of an entry. Needs an index below the size. @throws UnverifiedTile */
  async leafHash(index: LogIndex): Promise<LeafHash> {
    const [hash] = await this.#nodes([{ level: 0, index }]);
    return hash as LeafHash;
  }

  /** The body of an entry. Needs an index below the size. @throws UnverifiedTile */
  async body(index: LogIndex): Promise<Uint8Array> {
    const number = Math.floor(index / TILE_WIDTH);
    const width = tileWidth({ level: 0, index: number }, this.head.size);
    const bodies = bodiesIn(await this.bundle(number, width));
    return bodies?.[index % TILE_WIDTH] as Uint8Array;
  }

  /** PATH(index, D[0:size]): RFC 9162 §2.1.3.1. Needs an index below the size. @throws UnverifiedTile */
  async inclusionProof(index: LogIndex): Promise<Proof> {
    const { size } = this.head;
    const ranges = inclusionPath(index, size, wholeRange, (from): LeafRange => ({ from, to: size }));
    return foldProof(ranges, await this.#nodes(ranges.flatMap(coveringNodes)));
  }

  /** PROOF(old, D[0:size]): RFC 9162 §2.1.4.1. Needs `0 < old ≤ size`, and a size up to that of this tree. */
  async consistencyProof(old: TreeSize, size: TreeSize): Promise<Proof> {
    const ranges = consistencyRanges(old, size);
    return foldProof(ranges, await this.#nodes(ranges.flatMap(coveringNodes)));
  }

  /** Whether this tree is the one under `old` with entries appended. @throws UnverifiedTile */
  async extends(old: Checkpoint): Promise<Verdict> {
    const { origin, size, root } = this.head;
    if (old.origin !== origin) return fails(`${old.origin} and ${origin} are different logs`);
    if (old.size > size) return fails(`the log ${origin} has ${size} entries, and had ${old.size} before`);
    const before = old.size === size ? root : await this.rootAt(old.size);
    return equalBytes(before, old.root)
      ? HOLDS
      : fails(`the log ${origin} of ${size} entries does not begin with the ${old.size} entries that it had before`);
  }
}

function wholeRange(level: number, index: number): LeafRange {
  return { from: index * 2 ** level, to: (index + 1) * 2 ** level };
}

/** @throws UnverifiedTile unless there are `width` hashes */
function hashesOf({ level, index }: TileId, width: number, bytes: Uint8Array): readonly NodeHash[] {
  if (bytes.length === width * HASH) return hashesIn(bytes);
  throw new UnverifiedTile(`tile ${level}/${index} has ${bytes.length} bytes, and ${width} hashes are needed`);
}
