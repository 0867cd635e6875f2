import { parseHex } from '../../../base/bytes.ts';
import { type LeafHash, nodeHash } from '../../../merkle/types.ts';
import type { LogShards } from '../../../log/shards.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { AskedId } from './ids.ts';

/** The entry in the tree that the id names; if it names none, in every tree that has the leaf, the active one first. */
export async function findById(shards: LogShards, { treeId, leaf }: AskedId): Promise<readonly ProvenEntry[]> {
  const bytes = parseHex(leaf, 32);
  if (bytes === undefined) return [];
  const hash = nodeHash(bytes) as LeafHash;
  if (treeId === undefined) return shards.byLeaf(hash);
  const found = await shards.byTree(treeId)?.byLeaf(hash);
  return found === undefined ? [] : [found];
}
