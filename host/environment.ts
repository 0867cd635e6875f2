import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { kinds, v2Kinds } from '../entries/kinds/index.ts';
import type { SettingsInput } from './settings/read.ts';

/** Returns the sources that settings are read from, here and now, besides the command line. No other file reads the environment. */
export function settingSources(): Omit<SettingsInput, 'argv'> {
  return {
    env: process.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    host: { cores: availableParallelism(), terminal: process.stdout.isTTY, kinds: [...kinds, ...v2Kinds] },
  };
}

/** Returns the version of this program. */
export function programVersion(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
