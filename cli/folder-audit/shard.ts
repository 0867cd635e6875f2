import { createPublicKey, hash } from 'node:crypto';
import { loadTileCache } from '../../log/load-tile-cache.ts';
import type { TreeHead } from '../../merkle/types.ts';
import { NO_RECORDS } from '../../storage/search-index/tally.ts';
import { type ReadShard, shardOf } from '../../host/shards/read-shards.ts';
import { WorkerPool } from './worker-pool.ts';
import { HeadCheck } from '../../log/audit/heads.ts';
import { readJournal, requireNoNewer } from './journal.ts';
import { auditIndex } from './search-index.ts';
import { auditTree, type TreeReport } from './tree.ts';
import { Damaged, type HeadsReport } from '../../log/audit/reports.ts';

/** Counts of what was checked and found as it was written. */
export interface ShardReport extends HeadsReport {
  readonly head: TreeHead;
  readonly tree: TreeReport;
  /** Heads in the journal. */
  readonly journal: number;
  /** Records of the index in runs; the others are read from the entries at every start. */
  readonly records: number;
}

/**
 * Everything that is stored of a shard. The log may go on meanwhile.
 *
 * @returns undefined for a shard without entries
 * @throws Damaged for what is damaged first
 * @throws LogRefused without a head journal
 */
export async function auditShard(shard: ReadShard, threads: number): Promise<ShardReport | undefined> {
  const { engine, folder } = shard;
  using reading = engine.audit(folder, false);
  requireKeys(shard);
  const journal = await readJournal(shard); // before the size: nothing is in it that is not in the log
  const { size, misfit } = reading.layout();
  const head = await reading.headAt(size);
  requireNoNewer(journal, size);
  if (head === undefined) return undefined;
  if (misfit !== undefined) throw new Damaged(misfit.at, misfit.reason);
  await using pool = new WorkerPool({ folder }, threads);
  const runs = reading.runs().filter(({ to }) => to <= head.size);
  const ends = runs.map(({ to }) => to);
  const tree = await auditTree(reading, pool, head, ends);
  const [heads] = await Promise.all([auditHeads(pool, head.size), auditSigned(shard, journal, head)]);
  const expected = ends.map((to, i) => ({ to, tally: tree.tallies[i] ?? NO_RECORDS }));
  const records = await auditIndex(reading, pool, expected);
  return { ...heads, head, tree, journal: journal.length, records };
}

/** Heads in a unit if each entry had one: some seconds of signature checks. */
const UNIT = 16_384;

async function auditHeads(pool: WorkerPool, size: number): Promise<HeadsReport> {
  const units = Array.from({ length: Math.ceil((size + 1) / UNIT) }, (_, i) => {
    return { what: 'heads' as const, from: i * UNIT, to: Math.min(size + 1, (i + 1) * UNIT), size };
  });
  const reports = await pool.all<'heads'>(units);
  const sum = (of: (report: HeadsReport) => number): number => reports.reduce((total, one) => total + of(one), 0);
  return { heads: sum(({ heads }) => heads), signatures: sum(({ signatures }) => signatures) };
}

/** Reads the journal, and the end of a log that ended. @throws Damaged */
async function auditSigned(
  { reading, identity, frozen }: ReadShard,
  journal: readonly TreeHead[],
  head: TreeHead,
): Promise<void> {
  const shard = shardOf(identity);
  const check = new HeadCheck(await loadTileCache(reading, head.size, head), shard);
  for (const each of journal) await check.inTree(each, 'the head journal has');
  if (frozen) check.end(head, frozen);
}

/** @throws Damaged */
function requireKeys({ identity }: ReadShard): void {
  const { publicKey, c2spPublicKey } = shardOf(identity);
  for (const [role, pem, id] of [
    ['rekor', publicKey, identity.logId],
    ['c2sp', c2spPublicKey, identity.c2spKeyId],
  ] as const) {
    const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    if (hash('sha256', spki, 'hex') !== id)
      throw new Damaged(0, `the ${role} key is not the one that the log's id names`);
  }
}
