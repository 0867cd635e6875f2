import { hostname } from 'node:os';
import { foldersOfKeys } from '../../../host/keys/key-place.ts';
import { findKey } from '../../../host/keys/keys.ts';
import { isUnused, readUnusedKeys } from '../../../host/keys/unused-keys.ts';
import { DEFAULT_ORIGIN } from '../../../host/settings/values/network-values.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { prepareFolders, prepareKeys } from '../../../host/start/begin.ts';
import { planStart } from '../../../host/start/plan.ts';
import { refuseUsedKey } from '../../../host/witness/own-witness-check.ts';
import { witnessNameOf } from '../../../host/witness/own-witness.ts';
import { LogRefused } from '../../../log/failures.ts';
import { engineOf } from '../../../storage/engines/index.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { type Operation, type Outcome, say } from '../../operate/command.ts';
import type { keys } from './about.ts';
import { shownKey } from './shown-key.ts';

/*
 * Two logs that are to witness each other from their first head on have to know each other's keys before either has
 * started. This makes the keys of a log that is yet to begin, where its first start will look for them, and prints them
 * as lines for the other's policy files.
 */

/** @throws UsageFault, LogRefused, StoreRefused saying why there are none to print */
export async function prepare({ settings, output }: Operation<typeof keys.options>): Promise<Outcome> {
  const { data, dev, rekorKey, c2spKey, witnessKey, publicUrl = 'http://HOST:PORT' } = settings;
  if (dev) throw new UsageFault('a log with --dev makes its keys when it starts');
  const announce = (sentence: string): void => output.remark(sentence);
  const origin = settings.origin ?? DEFAULT_ORIGIN;
  const confirm = await planBeginning(settings);
  prepareFolders([data, ...foldersOfKeys([rekorKey, c2spKey, witnessKey])], announce);
  await using cleanup = new AsyncDisposableStack();
  const files = { rekor: rekorKey, c2sp: c2spKey, witness: witnessKey };
  const { rekor, c2sp, witness } = await locked(data, async () => {
    await confirm();
    return prepareKeys({ folder: data, keyPassphrase: settings.keyPassphrase, cleanup }, files, announce);
  });
  const own = shownKey('c2sp', c2sp, origin);
  const cosigning = shownKey('witness', witness, witnessNameOf(settings, origin));
  if (!output.isJson)
    say(`# for --witness-for of whoever is to cosign for ${origin}
log ${own.vkey}
# for --witness-policy of whoever is to be cosigned by ${origin}
witness ${origin} ${cosigning.vkey} ${publicUrl}/`);
  return { json: { keys: [shownKey('rekor', rekor, origin), own, cosigning] } };
}

/** @returns what looks again, once no other process can change the folder @throws LogRefused, StoreRefused unless a log may begin */
async function planBeginning(settings: Settings): Promise<() => Promise<void>> {
  const { data, begin, witnessKey, keyPassphrase } = settings;
  if (engineOf(data).look(data).state === 'log')
    throw new LogRefused(`${data} holds a log already: start it, and ask it at /vkey and /.well-known/stele.json`);
  const [first] = await planStart({ ...settings, mayBegin: true });
  const witness = findKey('witness', witnessKey, keyPassphrase);
  if (witness !== undefined && !begin && !isUnused(readUnusedKeys(data), 'witness', witness.id))
    refuseUsedKey(witnessKey);
  return async () => first?.confirm();
}

async function locked<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const lock = engineOf(folder).lock(folder, `keys prepare, process ${process.pid} on ${hostname()}`);
  try {
    return await work();
  } finally {
    lock[Symbol.dispose]();
  }
}
