const LONGEST_NAME = 64; // a longer name resembles nothing

/** The name that was probably meant: at most a third of its letters, and never more than three, are wrong. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > LONGEST_NAME) return undefined;
  const ranked = names.map((name) => ({ name, wrong: distance(wrong, name) })).toSorted((a, b) => a.wrong - b.wrong);
  const best = ranked[0];
  return best !== undefined && best.wrong <= Math.min(3, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Letters to insert, remove or replace (Levenshtein), row by row. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const replaced = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
