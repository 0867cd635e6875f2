import { toHex } from '../../../base/bytes.ts';
import type { CommandModule } from '../../frame/command.ts';
import { openLog } from '../../log/open-log.ts';

export const run: CommandModule['run'] = async (asked) => {
  const log = await openLog(asked);
  const client = log.tiles ?? log.client;
  const head = await client.head();
  await log.follow(client, head);
  const { origin, size, root } = head.checkpoint;
  asked.output.result({ origin, treeSize: size, rootHash: toHex(root), checkpoint: head.note }, head.note);
  return 0;
};
