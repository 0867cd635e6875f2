import type { ReadShard } from '../../host/shards/read-shards.ts';
import { Damaged } from '../../log/audit/reports.ts';

/** How the shards of a log stand to each other. @throws Damaged */
export async function auditShards(shards: readonly ReadShard[]): Promise<void> {
  let offset = 0;
  for (const [i, { identity, reading, frozen }] of shards.entries()) {
    const { origin } = identity;
    if (identity.offset !== offset)
      throw new Damaged(
        0,
        `${origin} begins at virtual index ${identity.offset}, and the shards before it end at ${offset}`,
      );
    if (shards.slice(0, i).some((one) => one.identity.origin === origin || one.identity.logId === identity.logId))
      throw new Damaged(0, `${origin} has the name or the key of a shard before it`);
    if (frozen === undefined && i < shards.length - 1)
      throw new Damaged(0, `${origin} is not frozen, and another shard follows it`);
    offset += (await reading.head())?.size ?? 0;
  }
}
