/** Returns ` (did you mean NAME?)` where one of the names is near to what was typed, and nothing else. @param before - the name */
export function meant(typed: string, names: readonly string[], before: string): string {
  const [near] = names.map((name) => ({ name, far: distance(name, typed) })).toSorted((a, b) => a.far - b.far);
  const isNear = near !== undefined && near.far <= (typed.length > 3 ? 2 : 1);
  return isNear ? ` (did you mean ${before}${near.name}?)` : '';
}

/** Letters to add, drop or change to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from(b, (_, i) => i + 1);
  for (let i = 0; i < a.length; i += 1) {
    const next: number[] = [];
    for (let j = 0; j < b.length; j += 1) {
      const corner = j === 0 ? i : (row[j - 1] ?? 0);
      const exchanged = corner + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min((next[j - 1] ?? i + 1) + 1, (row[j] ?? 0) + 1, exchanged));
    }
    row = next;
  }
  return row.at(-1) ?? a.length;
}
