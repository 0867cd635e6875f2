import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { systemSentence } from '../base/system-error.ts';
import { formatVkey } from '../checkpoint/vkey.ts';
import { type KeyFace, type LogKey, readOrMakeKey, tileKeyOf } from '../server/keys.ts';
import { witnessNameOf, witnessVkey } from '../server/own-witness.ts';
import { SettingsFault } from '../server/settings/failures.ts';
import { readSettings } from '../server/settings/read.ts';
import type { Settings } from '../server/settings/table.ts';
import { settingSources } from './operator/surroundings.ts';
import { DEFAULT_ORIGIN } from '../server/settings/values/network-values.ts';

/*
 * Two logs that are to witness each other from their first head on have to know each other's keys before either has
 * started. This makes the keys of a log that is yet to begin, where its first start will look for them, and prints them
 * as lines for the other's policy files.
 */

const USAGE = `npm run vkeys -- [the settings of npm start]

Makes the keys of a log that has not begun, and prints what the other side writes into its policy files. A log that runs
tells its keys at /vkey and /.well-known/stele.json.
`;

function keyIn(face: KeyFace, file: string): LogKey {
  const { key, made } = readOrMakeKey(face, file);
  if (made) process.stderr.write(`made the ${face} key ${file}\n`);
  return key;
}

/** @throws Failure, Error saying why there are none to print */
function vkeys(settings: Settings): string {
  const { data, dev, tileKey, witnessKey, publicUrl = 'http://HOST:PORT' } = settings;
  if (dev) throw new Error('a log with --dev makes its keys when it starts');
  if (existsSync(join(data, 'stele.db')))
    throw new Error(`${data} holds a log already: start it, and ask it at /vkey and /.well-known/stele.json`);
  const origin = settings.origin ?? DEFAULT_ORIGIN;
  const log = tileKeyOf(origin, keyIn('tile', tileKey).publicKey);
  const witness = witnessVkey(witnessNameOf(settings, origin), keyIn('witness', witnessKey));
  return `# for --witness-for of whoever is to cosign for ${origin}
log ${formatVkey(log)}
# for --witness-policy of whoever is to be cosigned by ${origin}
witness ${origin} ${formatVkey(witness)} ${publicUrl}/
`;
}

try {
  const argv = process.argv.slice(2);
  process.stdout.write(
    argv.includes('--help') || argv.includes('-h') ? USAGE : vkeys(readSettings({ ...settingSources(), argv })),
  );
} catch (error) {
  if (!(error instanceof Failure) && !(error instanceof Error)) throw error;
  process.stderr.write(`no keys to print:\n${systemSentence(error)}\n`);
  process.exitCode = error instanceof SettingsFault ? 2 : 1;
}
