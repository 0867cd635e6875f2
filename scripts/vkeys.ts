import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { Failure } from '../base/failure.ts';
import { systemSentence } from '../base/system-error.ts';
import { formatVkey } from '../checkpoint/vkey.ts';
import { LogRefused } from '../log/failures.ts';
import { findKey, c2spKeyOf } from '../host/keys/keys.ts';
import { refuseUsedKey } from '../host/witness/own-witness-check.ts';
import { witnessNameOf, witnessVkey } from '../host/witness/own-witness.ts';
import { SettingsFault } from '../host/settings/failures.ts';
import { readSettings } from '../host/settings/read.ts';
import type { Settings } from '../host/settings/table.ts';
import { prepareFolders, prepareKeys } from '../host/start/begin.ts';
import { planStart } from '../host/start/plan.ts';
import { isUnused, readUnusedKeys } from '../host/keys/unused-keys.ts';
import { engineOf } from '../storage/engines/index.ts';
import { settingSources } from '../host/environment.ts';
import { DEFAULT_ORIGIN } from '../host/settings/values/network-values.ts';

/*
 * Two logs that are to witness each other from their first head on have to know each other's keys before either has
 * started. This makes the keys of a log that is yet to begin, where its first start will look for them, and prints them
 * as lines for the other's policy files.
 */

const USAGE = `npm run vkeys -- [the settings of npm start]

Makes the keys of a log that has not begun, and prints what the other side writes into its policy files. The next start
begins the log under these keys. A log that runs tells its keys at /vkey and /.well-known/stele.json.

--begin  takes keys that exist already: you know that nothing was ever signed with them
`;

const announce = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** @throws Failure, Error saying why there are none to print */
async function vkeys(settings: Settings): Promise<string> {
  const { data, dev, rekorKey, c2spKey, witnessKey, publicUrl = 'http://HOST:PORT' } = settings;
  if (dev) throw new Error('a log with --dev makes its keys when it starts');
  const origin = settings.origin ?? DEFAULT_ORIGIN;
  const confirm = await planBeginning(settings);
  prepareFolders([data, ...[rekorKey, c2spKey, witnessKey].map((file) => dirname(file))], announce);
  const files = { rekor: rekorKey, c2sp: c2spKey, witness: witnessKey };
  const keys = await locked(data, async () => {
    await confirm();
    return prepareKeys({ folder: data, keyPassphrase: settings.keyPassphrase }, files, announce);
  });
  const log = c2spKeyOf(origin, keys.c2sp.publicKey);
  const witness = witnessVkey(witnessNameOf(settings, origin), keys.witness);
  return `# for --witness-for of whoever is to cosign for ${origin}
log ${formatVkey(log)}
# for --witness-policy of whoever is to be cosigned by ${origin}
witness ${origin} ${formatVkey(witness)} ${publicUrl}/
`;
}

/** @returns what looks again, once no other process can change the folder @throws LogRefused, StoreRefused unless a log may begin */
async function planBeginning(settings: Settings): Promise<() => Promise<void>> {
  const { data, begin, witnessKey, keyPassphrase } = settings;
  if (engineOf(data).look(data).state === 'log')
    throw new LogRefused(`${data} holds a log already: start it, and ask it at /vkey and /.well-known/stele.json`);
  const [first] = await planStart({ ...settings, mayBegin: true });
  const witness = findKey('witness', witnessKey, keyPassphrase);
  if (witness !== undefined && !begin && !isUnused(readUnusedKeys(data), 'witness', witness)) refuseUsedKey(witnessKey);
  return async () => first?.confirm();
}

async function locked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const lock = engineOf(folder).lock(folder, `vkeys, process ${process.pid} on ${hostname()}`);
  try {
    return await work();
  } finally {
    lock[Symbol.dispose]();
  }
}

try {
  const argv = process.argv.slice(2);
  process.stdout.write(
    argv.includes('--help') || argv.includes('-h') ? USAGE : await vkeys(readSettings({ ...settingSources(), argv })),
  );
} catch (error) {
  if (!(error instanceof Failure) && !(error instanceof Error)) throw error;
  process.stderr.write(`no keys to print:\n${systemSentence(error)}\n`);
  process.exitCode = error instanceof SettingsFault ? 2 : 1;
}
