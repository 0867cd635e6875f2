import { toHex } from '../../base/bytes.ts';
import { openShards, type ReadShard } from '../../host/shards/read-shards.ts';
import { Damaged } from '../../log/audit/reports.ts';
import { DamagedStore } from '../../storage/failures.ts';
import { auditShard, type ShardReport } from './shard.ts';
import { auditShards } from './shards.ts';

/** Tells of a step, a line. */
type Say = (line: string) => void;

/**
 * Audits everything that a log has stored: all shards in its folder, and their head journals.
 *
 * @returns entries
 * @throws Damaged for what is damaged first
 * @throws LogRefused, StoreRefused where there is no log, or one of its parts is not where it is looked for
 */
export async function auditFolder(data: string, heads: string, threads: number, say: Say): Promise<number> {
  using shards = await openShards(data, heads);
  const start = performance.now();
  await auditShards(shards.all);
  let entries = 0;
  for (const shard of shards.all) entries += await auditOne(shard, threads, say);
  say(`all good: ${entries} entries in ${pace(entries, start)}`);
  return entries;
}

async function auditOne(shard: ReadShard, threads: number, say: Say): Promise<number> {
  const start = performance.now();
  const { origin } = shard.identity;
  try {
    const report = await auditShard(shard, threads);
    if (report === undefined) say(`${origin}: no entries`);
    else tell(say, origin, report, start);
    return report?.head.size ?? 0;
  } catch (error) {
    if (error instanceof Damaged) throw new Damaged(error.damage.at, `${origin}: ${error.message}`);
    if (error instanceof DamagedStore) throw new Damaged(0, `${origin}: ${error.message}`);
    throw error;
  }
}

function tell(say: Say, origin: string, report: ShardReport, start: number): void {
  const { head, tree, heads, signatures, journal, records } = report;
  const { bytes, tiles, keys, attestations } = tree;
  say(`${origin}: ${head.size} entries under the root ${toHex(head.root)}`);
  say(`  ${head.size} leaves of ${bytes} bytes hashed, ${tiles} full tiles made again, ${attestations} attestations`);
  say(`  ${heads} heads with ${signatures} signatures; ${journal} heads in the journal`);
  say(`  ${keys} search keys; ${records} records of the index, none missing`);
  say(`  ${pace(head.size, start)}`);
}

function pace(entries: number, start: number): string {
  const seconds = (performance.now() - start) / 1000;
  return `${seconds.toFixed(1)} s, ${Math.round(entries / seconds)} entries/s`;
}
