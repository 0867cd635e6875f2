import { parseHex } from '../../../base/bytes.ts';
import { type LeafHash, nodeHash } from '../../../merkle/types.ts';
import type { LogShards } from '../../../log/shards.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { RequestedId } from './ids.ts';

/**
 * The entry in the tree that the id names; if it names none, in every tree that has the leaf, the active one first.
 *
 * @throws SenderGone
 */
export async function findById(
  shards: LogShards,
  { treeId, leaf }: RequestedId,
  gone: AbortSignal,
): Promise<readonly ProvenEntry[]> {
  const bytes = parseHex(leaf, 32);
  if (bytes === undefined) return [];
  const hash = nodeHash(bytes) as LeafHash;
  if (treeId === undefined) return shards.byLeaf(hash, gone);
  const found = await shards.byTree(treeId)?.byLeaf(hash, gone);
  return found === undefined ? [] : [found];
}
