import { resolve } from 'node:path';

/** The command that says what can be done with this log when it refuses to start, for a POSIX shell in any folder. */
export function recoverCommandOf({ data, heads }: { readonly data: string; readonly heads: string }): string {
  return `npm run recover -- --data ${quoted(resolve(data))} --heads ${quoted(resolve(heads))}`;
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
