import { equalBytes } from '../../base/bytes.ts';
import { HeadVerifier, type VerifiableShard } from '../signers/head-verifier.ts';
import type { TileCache } from '../tile-cache.ts';
import { foldRoot } from '../../merkle/fold.ts';
import { coveringNodes } from '../../merkle/plan.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { HeadReads, StoredFreeze } from '../../storage/heads.ts';
import { Damaged, type HeadsReport } from './reports.ts';

/** Heads that are read at a time. */
const PAGE = 256;

/** Holds heads against the tree and against the keys of the log. */
export class HeadCheck {
  readonly #tileCache: TileCache;
  readonly #verifier: HeadVerifier;

  /** @param tileCache - of the whole tree */
  constructor(tileCache: TileCache, shard: VerifiableShard) {
    this.#tileCache = tileCache;
    this.#verifier = new HeadVerifier(shard);
  }

  /** Those that are kept, of `from` up to `to` entries. @throws Damaged */
  async kept(store: Pick<HeadReads, 'heads'>, from: number, to: number): Promise<HeadsReport> {
    let [heads, signatures, below] = [0, 0, to];
    let later = Infinity;
    for (;;) {
      const page = (await store.heads(below, PAGE)).filter(({ size }) => size >= from);
      for (const head of page) {
        await this.inTree(head, 'the log has kept');
        signatures += damagedAt(head, () => this.#verifier.requireSigned(head));
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
  end(head: TreeHead, freeze: StoredFreeze): void {
    damagedAt(head, () => this.#verifier.requireEnd(head, freeze));
  }
}

/** @throws Damaged where `check` throws */
function damagedAt<T>({ size }: TreeHead, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new Damaged(size, error instanceof Error ? error.message : String(error));
  }
}
