import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { equalBytes, utf8 } from '../../base/bytes.ts';
import { RekorFace } from '../../log/faces/rekor-face.ts';
import type { Shard } from '../../log/faces/shard.ts';
import { TileFace } from '../../log/faces/tile-face.ts';
import type { TileCache } from '../../log/tile-cache.ts';
import { foldRoot } from '../../merkle/fold.ts';
import { coveringNodes } from '../../merkle/plan.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { LogReads, StoredFreeze, StoredHead } from '../../storage/contract.ts';
import { Damaged, type HeadsReport } from './wire.ts';

/** Heads that are read at a time. */
const PAGE = 256;

/** Holds heads against the tree and against the keys of the log. */
export class HeadCheck {
  readonly #shelf: TileCache;
  readonly #faces: { readonly v1: RekorFace; readonly tile: TileFace };
  readonly #keys: { readonly v1: KeyObject; readonly tile: KeyObject };

  /** @param shelf - of the whole tree. @param tileKey - PEM */
  constructor(shelf: TileCache, shard: Shard, tileKey: string) {
    this.#shelf = shelf;
    this.#faces = { v1: new RekorFace(shard), tile: new TileFace(shard.tileKey) };
    this.#keys = { v1: createPublicKey(shard.publicKey), tile: createPublicKey(tileKey) };
  }

  /** Those that are kept, of `from` up to `to` entries. @throws Damaged */
  async kept(store: Pick<LogReads, 'heads'>, from: number, to: number): Promise<HeadsReport> {
    let [heads, signatures, below] = [0, 0, to];
    let later = Infinity;
    for (;;) {
      const page = (await store.heads(below, PAGE)).filter(({ size }) => size >= from);
      for (const head of page) {
        await this.inTree(head, 'the log has kept');
        signatures += this.#signed(head);
        if (head.at > later)
          throw new Damaged(head.size, `the head of ${head.size} entries is newer than the next one`);
        later = head.at;
      }
      heads += page.length;
      below = page.at(-1)?.size ?? from;
      if (page.length < PAGE) return { heads, signatures };
    }
  }

  /** @param whose - says who has it, as in `the journal has` @throws Damaged */
  async inTree({ size, root }: TreeHead, whose: string): Promise<void> {
    const own = foldRoot(await this.#shelf.read(coveringNodes({ from: 0, to: size })));
    if (!equalBytes(own, root))
      throw new Damaged(size, `${whose} a head of ${size} entries that is not one of this tree`);
  }

  /** The last note of a log that ended. @throws Damaged */
  end(head: TreeHead, { at, signature }: StoredFreeze): void {
    if (!this.#isTile(this.#faces.tile.checkpoint(head, at), signature))
      throw new Damaged(
        head.size,
        'the signature on the last checkpoint, which says that the log ended, does not verify',
      );
  }

  #signed({ signatures: { v1, tile }, ...head }: StoredHead): number {
    if (!verify('sha256', utf8(this.#faces.v1.checkpoint(head)), this.#keys.v1, v1)) throw unsigned(head, 'v1');
    if (tile === undefined) return 1; // from before there was a tile face
    if (!this.#isTile(this.#faces.tile.checkpoint(head), tile)) throw unsigned(head, 'tile');
    return 2;
  }

  #isTile(text: string, signature: Uint8Array): boolean {
    return verify(undefined, utf8(text), this.#keys.tile, signature);
  }
}

function unsigned({ size }: TreeHead, face: string): Damaged {
  return new Damaged(size, `the ${face} face's signature on the head of ${size} entries does not verify`);
}
