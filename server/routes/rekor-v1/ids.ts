import { toHex } from '../../../base/bytes.ts';
import type { Shard } from '../../../log/signers/shard.ts';
import type { LeafHash } from '../../../merkle/types.ts';

const prefixes = new WeakMap<Shard, string>();

/** Tree id as it stands at the front of an entry id: 16 hex digits. */
function treeHex(shard: Shard): string {
  const known = prefixes.get(shard);
  if (known !== undefined) return known;
  const hex = BigInt(shard.treeId).toString(16).padStart(16, '0');
  prefixes.set(shard, hex);
  return hex;
}

/** Rekor's entry id: tree id and leaf hash, 80 hex digits. */
export function entryId(shard: Shard, leaf: LeafHash): string {
  return treeHex(shard) + toHex(leaf);
}

/** An id as a client may give it. */
export interface RequestedId {
  /** In decimal; undefined if it was left out. */
  readonly treeId: string | undefined;
  /** 64 hex digits in lower case. */
  readonly leaf: string;
}

/** @param id - 64 or 80 hex digits, in any case */
export function splitId(id: string): RequestedId {
  const lower = id.toLowerCase();
  if (lower.length !== 80) return { treeId: undefined, leaf: lower };
  return { treeId: String(BigInt(`0x${lower.slice(0, 16)}`)), leaf: lower.slice(16) };
}
