import { existsSync, readFileSync, statSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { systemSentence } from '../../base/system-error.ts';
import { parseLogKeys } from '../../client/key-text.ts';
import { trustedRootKeys } from '../../client/trusted-root.ts';
import type { TrustedKey } from '../../client/trusted-keys.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import type { GlobalValues } from '../frame/global-options.ts';

/** Bytes of a key file or a trusted root. */
const MOST_BYTES = 4 * 1024 * 1024;

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
  return mended(what, () => parseLogKeys(isFile ? readInput(value) : value));
}

function readTrustedRoot(file: string): readonly TrustedKey[] {
  const keys = mended(`--trusted-root ${file}`, () => trustedRootKeys(parseJson(readInput(file))));
  if (keys.length > 0) return keys;
  throw new UsageFault(`--trusted-root ${file}: it has no log whose key can be checked`);
}

/** @throws Error */
function readInput(file: string): string {
  if (statSync(file).isDirectory()) throw new Error('it is a folder, and a file is needed');
  const text = readFileSync(file, 'utf8');
  if (text.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it is no JSON');
  }
}

/** @throws UsageFault for each way in which what a person named is not what is needed */
function mended<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UsageFault) throw error;
    throw new UsageFault(`${what}: ${error instanceof Failure ? error.message : systemSentence(error)}`);
  }
}
