import { toHex } from '../../../base/bytes.ts';
import type { LeafHash } from '../../../merkle/types.ts';

/** Tree id as it stands at the front of an entry id: 16 hex digits. @param treeId - positive int64 in decimal */
export function treeHex(treeId: string): string {
  return BigInt(treeId).toString(16).padStart(16, '0');
}

/** Rekor's entry id: tree id and leaf hash, 80 hex digits. @param tree - as `treeHex` makes it */
export function entryId(tree: string, leaf: LeafHash): string {
  return tree + toHex(leaf);
}

/** An id as a client may give it, in lower case. `tree` is undefined if it was left out. */
export interface AskedId {
  readonly tree: string | undefined;
  /** 64 hex digits. */
  readonly leaf: string;
}

/** @param id - 64 or 80 hex digits */
export function splitId(id: string): AskedId {
  const lower = id.toLowerCase();
  return lower.length === 80 ? { tree: lower.slice(0, 16), leaf: lower.slice(16) } : { tree: undefined, leaf: lower };
}
