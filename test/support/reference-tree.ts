import { hash } from 'node:crypto';

/*
 * RFC 9162 §2.1 word for word: recursive, slow, on another hash implementation than the one that is tested. Leaves
 * are byte strings, answers are hex.
 */

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
const EMPTY_ROOT = sha256();

const known = new WeakMap<readonly Uint8Array[], Map<string, Buffer>>();

/** MTH(D[from:to]): RFC 9162 §2.1.1. Remembered, or all proofs of all trees would take minutes. */
function mth(leaves: readonly Uint8Array[], from: number, to: number): Buffer {
  const hashes = known.get(leaves) ?? new Map<string, Buffer>();
  known.set(leaves, hashes);
  const range = `${from}-${to}`;
  const node = hashes.get(range) ?? computeMth(leaves, from, to);
  hashes.set(range, node);
  return node;
}

function computeMth(leaves: readonly Uint8Array[], from: number, to: number): Buffer {
  if (from === to) return EMPTY_ROOT;
  if (to - from === 1) return sha256(Uint8Array.of(0), leaves[from] as Uint8Array);
  const k = from + largestPowerBelow(to - from);
  return sha256(Uint8Array.of(1), mth(leaves, from, k), mth(leaves, k, to));
}

function largestPowerBelow(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

export function referenceRoot(leaves: readonly Uint8Array[], size = leaves.length): string {
  return mth(leaves, 0, size).toString('hex');
}

/** PATH(m, D_n): RFC 9162 §2.1.3.1. */
export function referencePath(leaves: readonly Uint8Array[], m: number, n: number): readonly string[] {
  const path = (index: number, from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const k = largestPowerBelow(to - from);
    if (index < k) return [...path(index, from, from + k), mth(leaves, from + k, to)];
    return [...path(index - k, from + k, to), mth(leaves, from, from + k)];
  };
  return path(m, 0, n).map((node) => node.toString('hex'));
}

/** PROOF(m, D_n): RFC 9162 §2.1.4.1. */
export function referenceConsistency(leaves: readonly Uint8Array[], m: number, n: number): readonly string[] {
  const subproof = (old: number, from: number, to: number, whole: boolean): Buffer[] => {
    if (old === to - from) return whole ? [] : [mth(leaves, from, to)];
    const k = largestPowerBelow(to - from);
    if (old <= k) return [...subproof(old, from, from + k, whole), mth(leaves, from + k, to)];
    return [...subproof(old - k, from + k, to, false), mth(leaves, from, from + k)];
  };
  return subproof(m, 0, n, true).map((node) => node.toString('hex'));
}
