import { toHex } from '../../../base/bytes.ts';
import { logKey, longKeyId } from '../../../checkpoint/key.ts';
import { parsePem } from '../../../checkpoint/spki.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { openShards, shardOf } from '../../../host/shards/read-shards.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { operation, type Outcome, say } from '../../operate/command.ts';
import type { keys } from './about.ts';

interface ShownKey {
  readonly origin: string;
  readonly role: 'rekor' | 'c2sp';
  /** Hex. */
  readonly logId: string;
  readonly vkey: string;
  readonly publicKey: string;
}

export const run: CommandModule<typeof keys.options>['run'] = operation<typeof keys.options>(
  'read the keys',
  async ({ settings, options, words: [action], output }) => {
    const all = await keysOf(settings);
    return action === 'list' ? list(all, options, output.isJson) : show(all, options, output.isJson);
  },
);

type Options = Run<typeof keys.options>['options'];

function list(all: readonly ShownKey[], { role, as, shard }: Options, isJson: boolean): Outcome {
  if ([role, as, shard].some((one) => one !== undefined))
    throw new UsageFault('keys list takes no --role, --as and --shard: those are of keys show');
  if (!isJson)
    for (const { origin, role: of, logId, vkey } of all) say(`${origin} ${of}\n  log id  ${logId}\n  vkey    ${vkey}`);
  return { json: { keys: all } };
}

function show(all: readonly ShownKey[], options: Options, isJson: boolean): Outcome {
  const { role = 'c2sp', as = 'pem', shard } = options;
  const found = all.findLast((one) => one.role === role && (shard === undefined || one.origin === shard));
  if (found === undefined) throw new UsageFault(`the log has no shard ${shard}: stele keys list shows them`);
  const { publicKey, vkey, logId } = found;
  if (!isJson) say({ pem: publicKey.trimEnd(), vkey, 'log-id': logId }[as]);
  return { json: { keys: [found] } };
}

/** Keys of all shards, the oldest first. */
async function keysOf({
  data,
  heads,
}: {
  readonly data: string;
  readonly heads: string;
}): Promise<readonly ShownKey[]> {
  using shards = await openShards(data, heads);
  return shards.all.flatMap(({ identity }) => {
    const { origin, logId, publicKey, c2spPublicKey, c2spKey } = shardOf(identity);
    const rekor = logKey(origin, parsePem(publicKey));
    return [
      { origin, role: 'rekor' as const, logId, vkey: formatVkey(rekor), publicKey },
      {
        origin,
        role: 'c2sp' as const,
        logId: toHex(longKeyId(c2spKey)),
        vkey: formatVkey(c2spKey),
        publicKey: c2spPublicKey,
      },
    ];
  });
}
