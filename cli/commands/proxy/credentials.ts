import { existsSync, readFileSync, statSync } from 'node:fs';
import { named, readInput } from '../../files/input.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { GlobalValues } from '../../frame/global-options.ts';
import { type ClientIdentity, clientIdentity } from '../../log/client-identity.ts';

/** Shows the log who asks. */
export interface Credentials {
  /** The token as it is now; undefined if there is none. */
  readonly token: () => string | undefined;
  readonly identity: ClientIdentity | undefined;
}

/** A token is shorter than a head of HTTP may be. */
const MOST_TOKEN_BYTES = 16_384;

/** @throws UsageFault */
export function readCredentials(globals: GlobalValues): Credentials {
  return { token: tokenOf(globals.token), identity: clientIdentity(globals) };
}

function textOf(file: string, what: string): string {
  return new TextDecoder().decode(readInput(file, what));
}

/** @param given - a file, a hyphen, or the token itself @throws UsageFault */
function tokenOf(given: string | undefined): Credentials['token'] {
  if (given === undefined) return () => undefined;
  if (given !== '-' && existsSync(given)) return tokenInFile(given);
  const value = given === '-' ? named('--token -', () => tokenIn(readFileSync(0, 'utf8'))) : tokenIn(given);
  return () => value;
}

/** Tokens of an identity provider are replaced before they end: a file that has changed is read again. @throws UsageFault */
function tokenInFile(file: string): Credentials['token'] {
  let value = tokenIn(textOf(file, `--token ${file}`));
  let { mtimeMs } = statSync(file);
  return () => {
    try {
      const { mtimeMs: now } = statSync(file);
      if (now !== mtimeMs) [value, mtimeMs] = [tokenIn(readFileSync(file, 'utf8')), now];
    } catch {
      return value; // it is being replaced: the log says whether the one of before is still good
    }
    return value;
  };
}

/** @throws UsageFault */
function tokenIn(text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length <= MOST_TOKEN_BYTES) return token;
  throw new UsageFault('--token: there is no such file, or what it holds is no token');
}
