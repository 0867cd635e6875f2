import { existsSync } from 'node:fs';
import { parseLogKeys } from '../../client/key-text.ts';
import { trustedRootKeys } from '../../client/trusted-root.ts';
import type { TrustedKey } from '../../client/trusted-keys.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import type { GlobalValues } from '../frame/global-options.ts';
import { named, readInput } from '../files/input.ts';

/** Returns the keys of logs that the command line names; none if it names none. @throws UsageFault */
export function namedKeys(globals: Pick<GlobalValues, 'log-key' | 'trusted-root'>): readonly TrustedKey[] {
  const root = globals['trusted-root'];
  const given = globals['log-key'].flatMap(readLogKey);
  return root === undefined ? given : [...given, ...readTrustedRoot(root)];
}

/** @param value - a file, or the key itself */
function readLogKey(value: string): readonly TrustedKey[] {
  const isFile = existsSync(value);
  const isKey =
    !isFile && (value.includes('-----BEGIN') || /\+[0-9a-f]{8}\+/.test(value) || /^[\w+/=\s]{50,}$/.test(value));
  if (!isFile && !isKey)
    throw new UsageFault(
      `--log-key ${value}: there is no such file, and it is no key (PEM, verifier key or DER in base64)`,
    );
  const what = isFile ? `--log-key ${value}` : '--log-key';
  const text = isFile ? new TextDecoder().decode(readInput(value, what)) : value;
  return named(what, () => parseLogKeys(text));
}

function readTrustedRoot(file: string): readonly TrustedKey[] {
  const keys = readTrustedRootBy(file, trustedRootKeys);
  if (keys.length > 0) return keys;
  throw new UsageFault(`--trusted-root ${file}: it has no log whose key can be checked`);
}

/** Reads one part of a trusted root. @param read - gets the parsed file @throws UsageFault */
export function readTrustedRootBy<Part>(file: string, read: (root: unknown) => Part): Part {
  const what = `--trusted-root ${file}`;
  const text = new TextDecoder().decode(readInput(file, what));
  return named(what, () => read(parseJson(text)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it is no JSON');
  }
}
