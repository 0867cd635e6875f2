import { join } from 'node:path';
import { formatTilePath, type TileResource } from '../../../merkle/tile-path.ts';
import { TILE_WIDTH, tileWidth } from '../../../merkle/tile.ts';
import type { TreeSize } from '../../../merkle/types.ts';
import { ExportRefused } from './failures.ts';
import type { ExportTarget } from './target.ts';
import type { VerifiedTree } from '../../../client/verified-tree.ts';

export interface CopyOptions {
  /** Entries that were exported before; 0 for a folder without a checkpoint. */
  readonly from: number;
  /** Whether files that were exported before are compared with the log, and not only looked for. */
  readonly verify: boolean;
}

/** Files, without the checkpoint. */
export interface Copied {
  readonly written: number;
  /** Of those written, the ones that an earlier export had written already. */
  readonly restored: number;
  /** Found to be there as the log has them. */
  readonly compared: number;
}

/** Files that are worked on at the same time: each waits for the disk. */
const PARALLEL_FILES = 16;
/** Files that are named when there is something wrong with more of them. */
const MAX_NAMED_FILES = 10;
const HASH = 32;

/** Has the folder hold all files of the tree; writes over none. @throws ExportRefused naming those that differ from the log */
export async function copyTree(tree: VerifiedTree, target: ExportTarget, options: CopyOptions): Promise<Copied> {
  const copy = new Copy(tree, target, options.verify);
  const left = resourcesOf(tree.head.size, options.from);
  const work = async (): Promise<void> => {
    for (const { resource, isOld } of left) await copy.take(resource, isOld);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: PARALLEL_FILES }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return copy.end();
}

class Copy {
  readonly #tree: VerifiedTree;
  readonly #target: ExportTarget;
  readonly #verify: boolean;
  readonly #differing: string[] = [];
  #written = 0;
  #restored = 0;
  #compared = 0;

  constructor(tree: VerifiedTree, target: ExportTarget, verify: boolean) {
    [this.#tree, this.#target, this.#verify] = [tree, target, verify];
  }

  /** @param isOld - an earlier export has written it */
  async take(resource: TileResource, isOld: boolean): Promise<void> {
    const path = pathOf(resource);
    if (this.#verify) await this.#compareWithin(resource);
    if (isOld && !this.#verify && (await this.#target.has(path))) return;
    await this.#put(path, resource, isOld);
  }

  /** @throws ExportRefused */
  end(): Copied {
    if (this.#differing.length > 0) throw new ExportRefused(this.#whatDiffers());
    return { written: this.#written, restored: this.#restored, compared: this.#compared };
  }

  #whatDiffers(): string {
    const files = this.#differing.toSorted().map((path) => join(this.#target.folder, path));
    const named = files.slice(0, MAX_NAMED_FILES).join(', ');
    const which =
      files.length === 1
        ? `${named} is there and differs`
        : `${named}${files.length > MAX_NAMED_FILES ? ` and ${files.length - MAX_NAMED_FILES} more` : ''} are there and differ`;
    return `${which} from what the log has: changed since, or another log's. ${this.#written} files that were missing were written, and the checkpoint is as it was. Move what differs away and run the command again, which writes what is missing`;
  }

  /** The partial ones of earlier sizes. */
  async #compareWithin(resource: TileResource): Promise<void> {
    const widths = await this.#target.partialsOf(pathOf({ ...resource, width: TILE_WIDTH }));
    for (const width of widths.filter((one) => one < resource.width)) {
      const partial = { ...resource, width };
      await this.#put(pathOf(partial), partial, true);
    }
  }

  async #put(path: string, resource: TileResource, isOld: boolean): Promise<void> {
    const outcome = await this.#target.put(path, await bytesOf(this.#tree, resource));
    if (outcome === 'differs') this.#differing.push(path);
    else if (outcome === 'same') this.#compared += 1;
    else {
      this.#written += 1;
      this.#restored += Number(isOld);
    }
  }
}

const pathOf = (resource: TileResource): string => `tile/${formatTilePath(resource)}`;

async function bytesOf(tree: VerifiedTree, resource: TileResource): Promise<Uint8Array> {
  if (resource.what === 'entries') return tree.bundle(resource.number, resource.width);
  return (await tree.tile(resource.id)).subarray(0, resource.width * HASH);
}

/**
 * Lists the resources of a tree of `to` entries, and whether a tree of `from` had them as well: bundles and tiles over
 * leaves first.
 */
function* resourcesOf(
  to: TreeSize,
  from: number,
): Generator<{ readonly resource: TileResource; readonly isOld: boolean }, undefined> {
  for (let level = 0; TILE_WIDTH ** level <= to; level += 1) {
    const firstNew = Math.floor(from / TILE_WIDTH ** (level + 1));
    for (let index = 0; tileWidth({ level, index }, to) > 0; index += 1) {
      const width = tileWidth({ level, index }, to);
      const isOld = index < firstNew;
      if (level === 0) yield { resource: { what: 'entries', number: index, width }, isOld };
      yield { resource: { what: 'tile', id: { level, index }, width }, isOld };
    }
  }
  return undefined;
}
