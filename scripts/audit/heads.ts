import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { equalBytes, utf8 } from '../../base/bytes.ts';
import { RekorFormat } from '../../log/signers/rekor-format.ts';
import type { Shard } from '../../log/signers/shard.ts';
import { C2spFormat } from '../../log/signers/c2sp-format.ts';
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
  readonly #tileCache: TileCache;
  readonly #formats: { readonly rekor: RekorFormat; readonly c2sp: C2spFormat };
  readonly #keys: { readonly rekor: KeyObject; readonly c2sp: KeyObject };

  /** @param tileCache - of the whole tree. @param c2spKey - PEM */
  constructor(tileCache: TileCache, shard: Shard, c2spKey: string) {
    this.#tileCache = tileCache;
    this.#formats = { rekor: new RekorFormat(shard), c2sp: new C2spFormat(shard.c2spKey) };
    this.#keys = { rekor: createPublicKey(shard.publicKey), c2sp: createPublicKey(c2spKey) };
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
    const own = foldRoot(await this.#tileCache.read(coveringNodes({ from: 0, to: size })));
    if (!equalBytes(own, root))
      throw new Damaged(size, `${whose} a head of ${size} entries that is not one of this tree`);
  }

  /** The last note of a log that ended. @throws Damaged */
  end(head: TreeHead, { at, signature }: StoredFreeze): void {
    if (!this.#isSigned(this.#formats.c2sp.checkpointText(head, at), signature))
      throw new Damaged(
        head.size,
        'the signature on the last checkpoint, which says that the log ended, does not verify',
      );
  }

  #signed({ signatures: { rekor, c2sp }, ...head }: StoredHead): number {
    if (!verify('sha256', utf8(this.#formats.rekor.checkpointText(head)), this.#keys.rekor, rekor))
      throw unsigned(head, 'rekor');
    if (c2sp === undefined) return 1; // a head of format 1
    if (!this.#isSigned(this.#formats.c2sp.checkpointText(head), c2sp)) throw unsigned(head, 'c2sp');
    return 2;
  }

  #isSigned(text: string, signature: Uint8Array): boolean {
    return verify(undefined, utf8(text), this.#keys.c2sp, signature);
  }
}

function unsigned({ size }: TreeHead, key: string): Damaged {
  return new Damaged(size, `the ${key} signature on the head of ${size} entries does not verify`);
}
