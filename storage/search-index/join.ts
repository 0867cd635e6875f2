import type { Effort, KeyCursor } from './cursor.ts';

/** Bounds of one piece of a search. */
export interface JoinLimits {
  readonly from: number;
  /** Entries from here on are not looked at. */
  readonly to: number;
  /** Entries that are enough. */
  readonly most: number;
  /** Work after which the piece ends, as soon as it has gone forward. */
  readonly effort: number;
}

export interface Joined {
  /** Ascending. */
  readonly found: readonly number[];
  /** Where to go on; undefined if there is nothing more. */
  readonly next: number | undefined;
}

/**
 * The entries that are candidates of every group, by any key of it, and that `holds` confirms. Each group says where its
 * next candidate is, and the others leap there: the rarest group sets the pace, and only what all agree on is confirmed.
 *
 * @param groups - at least one
 */
export function join(
  groups: readonly (readonly KeyCursor[])[],
  { from, to, most, effort }: JoinLimits,
  spent: Effort,
  holds: (index: number) => boolean,
): Joined {
  const found: number[] = [];
  let at = from;
  // A piece gets somewhere, however little it may do.
  const isOn = (): boolean => found.length < most && (spent.spent < effort || at === from);
  for (let agreed = 0, group = 0; isOn(); group = (group + 1) % groups.length) {
    const next = least(groups[group] ?? [], at);
    if (next >= to) return { found, next: undefined };
    agreed = next === at ? agreed + 1 : 1;
    at = next;
    if (agreed < groups.length) continue;
    if (holds(at)) found.push(at);
    [at, agreed] = [at + 1, 0];
  }
  return { found, next: at };
}

/** The first candidate of any of the keys that is not before `from`; Infinity if there is none. */
function least(cursors: readonly KeyCursor[], from: number): number {
  let first = Infinity;
  for (const cursor of cursors) first = Math.min(first, cursor.seek(from) ?? Infinity);
  return first;
}
