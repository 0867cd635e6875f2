import { keyName } from '../values/network-values.ts';
import { optional, setting } from '../values/setting.ts';
import { choice, count, duration, path } from '../values/values.ts';
import { fromData } from './data-folder.ts';
import { MINUTE, SECOND } from './units.ts';

export const WITNESSES = {
  witness: setting(
    choice('off', 'prefer', 'require'),
    'off',
    'Whether other parties cosign the log: prefer shows heads at once and lets cosignatures join, require shows only heads that the policy is met for, and lets writers wait for it.',
  ),
  witnessPolicy: optional(
    path,
    'C2SP tlog-policy file: the witnesses that are asked, and how many must cosign. Needs --witness.',
  ),
  witnessTimeout: setting(duration(50, 5 * MINUTE), '2s', 'Time that a witness gets to answer.'),
  witnessPause: setting(duration(0, 10 * MINUTE), '200ms', 'Time between two rounds of asking, while the log grows.'),
  witnessRefresh: setting(
    duration(SECOND, 24 * 60 * MINUTE),
    '10m',
    'Time after which a log that does not grow has its head cosigned again.',
  ),
  publishTimeout: setting(
    duration(100, 10 * MINUTE),
    '10s',
    'Time that a writer waits for witnesses before the answer is 503; the entry is kept, and sending it again waits on.',
  ),
  overruleWitness: optional(
    count(1, Number.MAX_SAFE_INTEGER),
    'Lets the log go on against a witness that says it cosigned another tree than this one, of at most so many entries: it has been found out that the witness is wrong and the log was not rolled back.',
  ),
  witnessFor: optional(
    path,
    'C2SP tlog-policy file whose log lines name other logs: this server cosigns their heads at /add-checkpoint.',
  ),
  witnessName: optional(
    keyName,
    'Name under which this server cosigns for others. Left out, it is the name of the log with /witness behind it.',
  ),
  witnessKey: setting(
    path,
    fromData('/keys/witness.pem'),
    'PEM file with the Ed25519 key that cosigns for others. Made when it is first needed.',
  ),
};
