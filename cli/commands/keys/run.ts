import { toHex } from '../../../base/bytes.ts';
import { logKey, longKeyId } from '../../../checkpoint/key.ts';
import { parsePem } from '../../../checkpoint/spki.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { openShards, shardOf } from '../../../host/shards/read-shards.ts';
import type { Settings } from '../../../host/settings/table.ts';
import type { CommandModule } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { operation, type Operation, type Outcome, say } from '../../operate/command.ts';
import type { keys } from './about.ts';
import { makeOne } from './make-one.ts';
import { prepare } from './prepare.ts';
import type { ShownKey } from './shown-key.ts';

type Asked = Operation<typeof keys.options>;

export const run: CommandModule<typeof keys.options>['run'] = async (asked) => {
  const [action = ''] = asked.words;
  const { [action]: work = list } = ACTIONS;
  const verb = ['new', 'prepare'].includes(action) ? 'make keys' : 'read the keys';
  return operation<typeof keys.options>(verb, async (operated) => {
    requireTaken(operated, action);
    return work(operated);
  })(asked);
};

const ACTIONS: Readonly<Record<string, (asked: Asked) => Promise<Outcome>>> = {
  list,
  show,
  new: makeOne,
  prepare,
};

/** Options that are of some actions alone. */
const TAKERS = {
  role: ['show', 'new'],
  as: ['show', 'new'],
  shard: ['show'],
  into: ['new'],
  begin: ['prepare'],
} as const satisfies Readonly<Partial<Record<keyof Asked['options'], readonly string[]>>>;

/** @throws UsageFault for an option that the action does not take */
function requireTaken({ options }: Asked, action: string): void {
  for (const [name, takers] of Object.entries(TAKERS)) {
    const { [name as keyof typeof TAKERS]: value } = options;
    const isGiven = value !== undefined && value !== false;
    if (isGiven && !(takers as readonly string[]).includes(action))
      throw new UsageFault(`keys ${action} takes no --${name}: that is of keys ${takers.join(' and ')}`);
  }
}

async function list({ settings, output }: Asked): Promise<Outcome> {
  const all = await keysOf(settings);
  if (!output.isJson)
    for (const { origin, role, logId, vkey } of all) say(`${origin} ${role}\n  log id  ${logId}\n  vkey    ${vkey}`);
  return { json: { keys: all } };
}

async function show({ settings, options, output }: Asked): Promise<Outcome> {
  const { role = 'c2sp', as = 'pem', shard } = options;
  if (role === 'witness') throw new UsageFault('--role witness: a log has written down its keys rekor and c2sp alone');
  const all = await keysOf(settings);
  const found = all.findLast((one) => one.role === role && (shard === undefined || one.origin === shard));
  if (found === undefined) throw new UsageFault(`the log has no shard ${shard}: stele keys list shows them`);
  const { publicKey, vkey, logId } = found;
  if (!output.isJson) say({ pem: publicKey.trimEnd(), vkey, 'log-id': logId }[as]);
  return { json: { keys: [found] } };
}

type LoggedKey = Required<Omit<ShownKey, 'file'>>;

/** Keys of all shards, the oldest first. */
async function keysOf({ data, heads }: Pick<Settings, 'data' | 'heads'>): Promise<readonly LoggedKey[]> {
  using shards = await openShards(data, heads);
  return shards.all.flatMap(({ identity }): readonly LoggedKey[] => {
    const { origin, logId, publicKey, c2spPublicKey, c2spKey } = shardOf(identity);
    const rekor = logKey(origin, parsePem(publicKey));
    const c2sp = { logId: toHex(longKeyId(c2spKey)), vkey: formatVkey(c2spKey), publicKey: c2spPublicKey };
    return [
      { origin, role: 'rekor', logId, vkey: formatVkey(rekor), publicKey },
      { origin, role: 'c2sp', ...c2sp },
    ];
  });
}
