import { STELE } from '../../base/stele-command.ts';
import { resolve } from 'node:path';

/** The command that says what can be done with this log when it refuses to start, for a POSIX shell in any folder. */
export function recoverCommandOf({ data, heads, volume }: RecoverPlace): string {
  const moves = volume === 'moves' ? ' --volume moves' : '';
  return `${STELE} recover --data ${quoted(resolve(data))} --heads ${quoted(resolve(heads))}${moves}`;
}

export interface RecoverPlace {
  readonly data: string;
  readonly heads: string;
  readonly volume: 'fixed' | 'moves';
}

/** A path as a POSIX shell reads it. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
