import { parse } from 'yaml';
import { parseUtf8 } from '../../../base/bytes.ts';
import type { Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { inputFault, named, readInput } from '../../files/input.ts';
import { readIdentities } from '../../watch/identities.ts';
import { type Matcher, readExpression } from '../../watch/matchers.ts';
import { type MonitorConfig, readMonitorConfig } from '../../watch/monitor-config.ts';
import type { watch } from './about.ts';

type Options = Run<typeof watch.options>['options'];

const NO_CONFIG: MonitorConfig = { matchers: [], startIndex: undefined, ignored: [] };

/** Reads what the command line and the file of `--config` say together. @throws UsageFault */
export async function readMatchers(options: Options): Promise<MonitorConfig> {
  const config = options.config === undefined ? NO_CONFIG : readConfig(options.config);
  const keys = await Promise.all(options.key.map(keyMatchers));
  const matchers: readonly Matcher[] = [
    ...identities(options),
    ...expressions('--subject', options.subject).map((subject): Matcher => ({ type: 'subject', subject })),
    ...options.fingerprint.map((fingerprint): Matcher => ({ type: 'fingerprint', fingerprint })),
    ...keys.flat(),
    ...options.hash.map((hash): Matcher => ({ type: 'hash', hash: readHash(hash) })),
    ...config.matchers,
  ];
  if (matchers.length === 0)
    throw new UsageFault(
      'nothing to watch for: give --identity, --issuer, --subject, --fingerprint, --key, --hash or --config',
    );
  return { ...config, matchers };
}

function identities({ identity, issuer }: Options): readonly Matcher[] {
  const issuers = expressions('--issuer', issuer);
  const subjects = expressions('--identity', identity.length === 0 && issuers.length > 0 ? ['.*'] : identity);
  return subjects.map((certSubject) => ({ type: 'certIdentity', certSubject, issuers }));
}

function expressions(option: string, sources: readonly string[]) {
  return sources.map((source) => named(option, () => readExpression(source)));
}

/** @throws UsageFault */
function readConfig(file: string): MonitorConfig {
  const what = `--config ${file}`;
  return named(what, () => readMonitorConfig(parse(parseUtf8(readInput(file, what)) ?? '') as unknown));
}

/** @throws UsageFault for a file that holds no key */
async function keyMatchers(file: string): Promise<readonly Matcher[]> {
  const what = `--key ${file}`;
  const content = readInput(file, what);
  try {
    const { fingerprints } = await readIdentities(content);
    return fingerprints.map((fingerprint) => ({ type: 'fingerprint', fingerprint }));
  } catch (error) {
    throw inputFault(what, error);
  }
}

/** @throws UsageFault */
function readHash(text: string): string {
  const hash = text.toLowerCase();
  const [, algorithm = 'sha256', digits = ''] = /^(?:(sha256|sha384|sha512):)?([0-9a-f]+)$/.exec(hash) ?? [];
  if (digits.length === { sha256: 64, sha384: 96, sha512: 128 }[algorithm]) return `${algorithm}:${digits}`;
  throw new UsageFault(`--hash ${text}: it is no SHA-256 in hex, with or without sha256: before it`);
}
