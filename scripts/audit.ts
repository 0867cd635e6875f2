import { availableParallelism } from 'node:os';
import { toHex } from '../base/bytes.ts';
import { Damaged } from '../log/audit/reports.ts';
import { DamagedStore } from '../storage/failures.ts';
import { auditShard, type ShardReport } from './audit/shard.ts';
import { auditShards } from './audit/shards.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';
import { openShards, type ReadShard } from '../host/shards/read-shards.ts';

/*
 * Reads all that a log has stored and makes again what can be made again: whoever passes this serves what was logged. The
 * server may run.
 */

const USAGE = `npm run audit -- [--data FOLDER] [--heads FOLDER] [--threads N]

Hashes every entry and every node of the tree of every shard anew and compares it with what is stored: tiles, bundles, the
root under each kept head, both signatures on it, the head journal, attestations, and whether the search index has every
entry under its leaf hash and all its keys. Changes nothing; the server may run. The exit status is 1 if anything is damaged or
the log or its head journal is not where it is looked for, and the first fault is named.

--threads N  threads that do it; as many as there are processors, if it is left out
`;

async function audit(data: string, heads: string, threads: number): Promise<void> {
  using shards = await openShards(data, heads);
  const start = performance.now();
  await auditShards(shards.all);
  let entries = 0;
  for (const shard of shards.all) entries += await auditOne(shard, threads);
  say(`all good: ${entries} entries in ${pace(entries, start)}`);
}

async function auditOne(shard: ReadShard, threads: number): Promise<number> {
  const start = performance.now();
  const { origin } = shard.identity;
  try {
    const report = await auditShard(shard, threads);
    if (report === undefined) say(`${origin}: no entries`);
    else tell(origin, report, start);
    return report?.head.size ?? 0;
  } catch (error) {
    if (error instanceof Damaged) throw new Damaged(error.damage.at, `${origin}: ${error.message}`);
    if (error instanceof DamagedStore) throw new Damaged(0, `${origin}: ${error.message}`);
    throw error;
  }
}

function tell(origin: string, { head, tree, heads, signatures, journal, records }: ShardReport, start: number): void {
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

function readThreads(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageFault(`--threads ${text}: expected a number from 1 to 999`);
  return Number(text);
}

const options = { threads: { type: 'string' } } as const;
await runCommand({ usage: USAGE, verb: 'audit', options }, async ({ settings, values, words }) => {
  if (words.length > 0) throw new UsageFault(`${words.join(' ')}: it takes no words`);
  try {
    await audit(settings.data, settings.heads, readThreads(values.threads));
  } catch (error) {
    if (!(error instanceof Damaged || error instanceof DamagedStore)) throw error;
    process.stderr.write(`damaged: ${error.message}\n`);
    process.exitCode = 1;
  }
});
