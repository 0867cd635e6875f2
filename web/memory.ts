import type { HeadClaims } from './claims.ts';

/*
 * The last head that the browser saw of a shard. It is written once it was found to follow from the one before, and by nothing
 * else: what convicts a log stays.
 */

/** A head as it is remembered. */
export interface Remembered {
  readonly keys: readonly string[];
  readonly notes: readonly string[];
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly seen: number;
}

const PREFIX = 'stele head ';

/** Returns the head that is remembered of a shard; undefined for the first visit, and where nothing can be remembered. */
export function recall(root: string, { treeId }: Pick<HeadClaims, 'treeId'>): Remembered | undefined {
  try {
    const text = localStorage.getItem(PREFIX + root + treeId);
    return text === null ? undefined : (JSON.parse(text) as Remembered);
  } catch {
    return undefined; // a browser may forbid it, and something else may have written there
  }
}

/** Whether the head could be remembered. */
export function remember(root: string, { treeId, keys, notes }: HeadClaims, size: number): boolean {
  try {
    localStorage.setItem(PREFIX + root + treeId, JSON.stringify({ keys, notes, size, seen: Date.now() }));
    return true;
  } catch {
    return false;
  }
}
