import { keepFreshKey, makeKey } from '../../../host/keys/keys.ts';
import { witnessNameOf } from '../../../host/witness/own-witness.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { type Operation, type Outcome, say } from '../../operate/command.ts';
import type { keys } from './about.ts';
import { shownKey } from './shown-key.ts';

/** Makes one private key in a file of its own, and prints the public one. @throws UsageFault, LogRefused */
export async function makeOne({ options, settings, output }: Operation<typeof keys.options>): Promise<Outcome> {
  const { role = 'c2sp', as = 'pem', into } = options;
  if (into === undefined) throw new UsageFault('keys new needs --into, the file for the private key');
  const { origin, witnessName, keyPassphrase } = settings;
  const ofWitness = origin === undefined ? witnessName : witnessNameOf(settings, origin);
  const made = makeKey(role, keyPassphrase);
  const key = shownKey(role, made.key, role === 'witness' ? ofWitness : origin);
  const line = { pem: key.publicKey.trimEnd(), vkey: key.vkey, 'log-id': key.logId }[as];
  if (line === undefined) throw new UsageFault(`--as ${as}: a ${role} key has one by its name, which --origin gives`);
  keepFreshKey(made, into);
  output.remark(`made the ${role} key ${into}. A log begins under it with --${role}-key and --begin`);
  if (!output.isJson) say(line);
  return { json: { keys: [{ ...key, file: into }] } };
}
