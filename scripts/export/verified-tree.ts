import { equalBytes } from '../../base/bytes.ts';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { Recent } from '../../base/recent.ts';
import { foldRoot } from '../../merkle/fold.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { bodiesIn } from '../../merkle/entry-bundle.ts';
import { coveringNodes } from '../../merkle/plan.ts';
import { readSlot, slotOf, type Tile, TILE_HEIGHT, TILE_WIDTH, type TileId } from '../../merkle/tile.ts';
import { tileOf, tileRoot, tileWidth } from '../../merkle/tile.ts';
import { type NodeHash, nodeHash, type RootHash, type TreeHead } from '../../merkle/types.ts';
import { ExportRefused } from './failures.ts';
import type { TileSource } from './source.ts';

const HASH = 32;
/** Tiles kept in memory: those above the ones that are being looked at. */
const KEPT = 64;

/** The tree under one checkpoint, of which nothing is believed that does not hash to its root. */
export class VerifiedTree {
  readonly head: Checkpoint;
  readonly #source: TileSource;
  /** Tiles that are not full, by level. */
  readonly #edges = new Map<number, Tile>();
  readonly #full = new Recent<string, Tile>(KEPT);

  private constructor(source: TileSource, head: Checkpoint) {
    this.#source = source;
    this.head = head;
  }

  /** @throws ExportRefused if the tiles at the right edge do not have the root that was signed */
  static async open(source: TileSource, head: Checkpoint): Promise<VerifiedTree> {
    const tree = new VerifiedTree(source, head);
    for (let level = 0; TILE_WIDTH ** level <= head.size; level += 1) {
      const id = { level, index: Math.floor(head.size / TILE_WIDTH ** (level + 1)) };
      const width = tileWidth(id, head.size);
      if (width > 0) tree.#edges.set(level, tileOf(hashesIn(id, width, await source.tile(id, width))));
    }
    const root = foldRoot(coveringNodes({ from: 0, to: head.size }).map((node) => tree.#onEdge(slotOf(node))));
    if (equalBytes(root, head.root)) return tree;
    throw new ExportRefused(`the tiles of ${head.origin} do not have the root of its checkpoint at ${head.size}`);
  }

  #onEdge({ tile, slot }: { readonly tile: TileId; readonly slot: number }): NodeHash {
    const edge = this.#edges.get(tile.level);
    if (edge === undefined) throw new Error(`no tile of level ${tile.level} is at the edge of ${this.head.size}`);
    return readSlot(edge, slot);
  }

  /** A tile of this tree. @throws ExportRefused if it is not what the tile above it says */
  async tile(id: TileId): Promise<Tile> {
    if (tileWidth(id, this.head.size) < TILE_WIDTH) return this.#edges.get(id.level) ?? tileOf([]);
    const name = `${id.level}/${id.index}`;
    const known = this.#full.get(name);
    if (known !== undefined) return known;
    const tile = tileOf(hashesIn(id, TILE_WIDTH, await this.#source.tile(id, TILE_WIDTH)));
    const above = slotOf({ level: (id.level + 1) * TILE_HEIGHT, index: id.index });
    if (!equalBytes(tileRoot(tile), readSlot(await this.tile(above.tile), above.slot)))
      throw new ExportRefused(`tile ${name} of ${this.head.origin} is not the one that was signed for`);
    this.#full.set(name, tile);
    return tile;
  }

  /** A bundle of this tree. @throws ExportRefused if its entries are not those that were hashed */
  async bundle(number: number, width: number): Promise<Uint8Array> {
    const bytes = await this.#source.bundle(number, width);
    const tile = await this.tile({ level: 0, index: number });
    const bodies = bodiesIn(bytes);
    if (bodies?.length === width && bodies.every((body, i) => equalBytes(hashLeaf(body), readSlot(tile, i))))
      return bytes;
    throw new ExportRefused(`entry bundle ${number} of ${this.head.origin} does not hold the entries that were hashed`);
  }

  /** The root that this tree had when it had `size` entries. */
  async rootAt(size: TreeHead['size']): Promise<RootHash> {
    const hashes: NodeHash[] = [];
    for (const node of coveringNodes({ from: 0, to: size })) {
      const { tile, slot } = slotOf(node);
      hashes.push(readSlot(await this.tile(tile), slot));
    }
    return foldRoot(hashes);
  }
}

function hashesIn({ level, index }: TileId, width: number, bytes: Uint8Array): readonly NodeHash[] {
  if (bytes.length !== width * HASH)
    throw new ExportRefused(`tile ${level}/${index} has ${bytes.length} bytes, and ${width} hashes are needed`);
  return Array.from({ length: width }, (_, i) => nodeHash(bytes.subarray(i * HASH, (i + 1) * HASH)));
}
