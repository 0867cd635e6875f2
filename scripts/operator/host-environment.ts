import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { kinds, v2Kinds } from '../../entries/kinds/index.ts';
import type { HostEnvironment } from '../../host/settings/values/setting.ts';

/**
 * Returns the sources that settings are read from, here and now, besides the command line; for the server, only its
 * main.ts may ask.
 */
export function settingSources() {
  const host: HostEnvironment = {
    cores: availableParallelism(),
    terminal: process.stdout.isTTY,
    kinds: [...kinds, ...v2Kinds],
  };
  return { env: process.env, readFile: (path: string): string => readFileSync(path, 'utf8'), host };
}
