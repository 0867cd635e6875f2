import { equalBytes } from '../../base/bytes.ts';
import { coveringNodes } from '../../merkle/plan.ts';
import { TreeEdge } from '../../merkle/tree-edge.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import type { HistoryReads } from '../../storage/history.ts';
import type { Copied } from '../../storage/records/copied.ts';
import { loadTileCache } from '../load-tile-cache.ts';
import { BackupRefused } from './failures.ts';

/**
 * Returns the edge of the tree that the copy has, read from the log.
 *
 * @throws BackupRefused unless the log is the copied one grown on
 */
export async function edgeOf(
  reads: HistoryReads,
  { identity, head, frozen }: Copied & { readonly identity: LogIdentity },
): Promise<TreeEdge> {
  const { origin } = await requireSameLog(reads, identity);
  if (frozen && (await reads.frozen()) === undefined)
    throw new BackupRefused(
      `the log ${origin} was frozen when it was copied, and is not now: it was restored from an older copy`,
    );
  if (head === undefined) return new TreeEdge();
  await requireGrown(reads, origin, head);
  const tileCache = await loadTileCache(reads, head.size, head);
  return new TreeEdge(head.size, await tileCache.read(coveringNodes({ from: 0, to: head.size })));
}

async function requireSameLog(reads: HistoryReads, copied: LogIdentity): Promise<LogIdentity> {
  const found = await reads.identity();
  if (found?.treeId === copied.treeId && found.logId === copied.logId && found.c2spKeyId === copied.c2spKeyId)
    return found;
  throw new BackupRefused(
    `the copy holds the log ${copied.origin} (tree id ${copied.treeId}), and this is ${found?.origin} (tree id ${found?.treeId}): give each log a folder of its own`,
  );
}

async function requireGrown(reads: HistoryReads, origin: string, head: TreeHead): Promise<void> {
  const size = (await reads.head())?.size ?? 0;
  if (size < head.size)
    throw new BackupRefused(
      `the log ${origin} has ${size} entries, and its copy ${head.size}: the log was restored from an older copy, and entries that it had are in the copy alone. Keep the copy as it is`,
    );
  const same = await reads.headAt(head.size);
  if (same === undefined || !equalBytes(same.root, head.root))
    throw new BackupRefused(
      `the log ${origin} is another tree at ${head.size} entries than its copy: this is a fork. Keep both as they are`,
    );
}
