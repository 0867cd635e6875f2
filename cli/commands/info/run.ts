import { toHex } from '../../../base/bytes.ts';
import { toPem } from '../../../checkpoint/spki.ts';
import { logId, signerName, type TrustedHead, type TrustedKey } from '../../../client/trusted-keys.ts';
import type { CommandModule } from '../../frame/command.ts';
import { openLog } from '../../log/open-log.ts';

interface Shard {
  readonly origin: string;
  readonly treeSize: number;
  readonly rootHash: string;
}

export const run: CommandModule['run'] = async (asked) => {
  const log = await openLog(asked);
  const head = await log.client.head();
  await log.follow(log.client, head);
  const ended = (await log.client.endedShards()).map(shardOf);
  const current = shardOf(head);
  const logSize = ended.reduce((sum, { treeSize }) => sum + treeSize, current.treeSize);
  const keys = log.keys.map((key) => keyOf(key, current.origin));
  const json = { server: log.base, apis: log.offer.apis, ...current, logSize, shards: ended, keys };
  const lines = [
    `log       ${current.origin}`,
    `server    ${log.base} (${log.offer.apis.join(', ')})`,
    `entries   ${current.treeSize}${ended.length === 0 ? '' : `, and ${logSize - current.treeSize} in ${ended.length} ended shards`}`,
    `root      ${current.rootHash}`,
    ...keys.map(({ name, logId: id }) => `key       ${id} of ${name}`),
  ];
  asked.output.result(json, `${lines.join('\n')}\n`);
  return 0;
};

function shardOf({ checkpoint: { origin, size, root } }: TrustedHead): Shard {
  return { origin, treeSize: size, rootHash: toHex(root) };
}

function keyOf(key: TrustedKey, origin: string) {
  const name = key.name ?? signerName(origin);
  return { name, logId: logId(key, name), publicKey: toPem(key.spki) };
}
