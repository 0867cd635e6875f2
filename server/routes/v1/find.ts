import { parseHex } from '../../../base/bytes.ts';
import { type LeafHash, nodeHash } from '../../../merkle/types.ts';
import type { Log, ProvenEntry } from '../../../log/types.ts';
import type { AskedId } from './ids.ts';

/** The entry, if it is in the tree that the id names. @param tree - the log's own, as `treeHex` makes it */
export async function findById(log: Log, tree: string, id: AskedId): Promise<ProvenEntry | undefined> {
  if (id.tree !== undefined && id.tree !== tree) return undefined;
  const leaf = parseHex(id.leaf, 32);
  return leaf && log.byLeaf(nodeHash(leaf) as LeafHash);
}
