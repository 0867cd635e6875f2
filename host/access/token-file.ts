import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { readIfThere, writeDurably } from '../folder/durable-file.ts';
import { locked } from '../folder/file-lock.ts';
import { isRight, type Right } from './rights.ts';

/** A token as it is kept: not the token itself. Times are milliseconds since the Unix epoch. */
export interface TokenRecord {
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly rights: readonly Right[];
  readonly created: number;
  /** Undefined for one that does not expire. */
  readonly expires: number | undefined;
}

/** A change to tokens that cannot be made, or a file of tokens that cannot be read. */
export class TokensRefused extends Failure<'tokens-refused'> {
  readonly code = 'tokens-refused';
}

/** The file of tokens in a data folder. */
export const tokenFile = (data: string): string => join(data, 'access', 'tokens.json');

const VERSION = 1;

/** Returns all tokens of the file; none where there is no file. @throws TokensRefused if it is damaged */
export function readTokenFile(file: string): readonly TokenRecord[] {
  const text = readIfThere(file);
  if (text === undefined) return [];
  try {
    const { version, tokens } = JSON.parse(text) as { readonly version?: unknown; readonly tokens?: unknown };
    if (version !== VERSION || !Array.isArray(tokens)) throw new Error('another version');
    return tokens.map(readRecord);
  } catch (error) {
    throw new TokensRefused(
      `${file} is damaged, or of a newer version: no token is taken. Put back a copy, or remove it and make tokens anew`,
      { cause: error },
    );
  }
}

function readRecord(value: unknown): TokenRecord {
  const { name, hash, rights, created, expires } = value as Readonly<Record<string, unknown>>;
  const listed: readonly unknown[] = Array.isArray(rights) ? rights : [];
  const known = listed.filter((right): right is Right => typeof right === 'string' && isRight(right));
  if (typeof name !== 'string' || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) throw new Error('no token');
  if (typeof created !== 'number' || known.length !== listed.length || known.length === 0) throw new Error('no token');
  if (expires !== undefined && typeof expires !== 'number') throw new Error('no time');
  return { name, hash, rights: known, created, expires };
}

/**
 * Changes the tokens of a file, one process at a time. The change is durable once this resolves.
 *
 * @param before - awaited once it is known what the tokens will be, and before they are
 * @throws TokensRefused
 */
export async function changeTokens(
  file: string,
  change: (tokens: readonly TokenRecord[]) => readonly TokenRecord[],
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await locked(`${file}.lock`, async () => {
    const tokens = change(readTokenFile(file));
    await before();
    writeDurably(file, `${JSON.stringify({ version: VERSION, tokens }, undefined, 2)}\n`);
  });
}
