import { parentPort, workerData } from 'node:worker_threads';
import { loadTileCache } from '../../log/load-tile-cache.ts';
import { treeSize } from '../../merkle/types.ts';
import type { LogReading } from '../../storage/engine.ts';
import { engineOf } from '../../storage/engines/index.ts';
import { shardOf } from '../../host/shards/read-shards.ts';
import { auditEntries } from '../../log/audit/entries.ts';
import { HeadCheck } from '../../log/audit/heads.ts';
import { auditRun } from '../../log/audit/run.ts';
import { Damaged } from '../../log/audit/reports.ts';
import { type AuditorSettings, type Outcome, type ReportOf, type Unit, type UnitKind } from './wire.ts';

/* One of the auditor's threads: takes a unit, answers it, takes the next. Each has a reading connection of its own. */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const { folder, unchanged } = workerData as AuditorSettings;
const reading = engineOf(folder).audit(folder, unchanged === true);
let heads: Promise<HeadCheck> | undefined;

port.on('message', (unit: Unit | 'close') => {
  if (unit !== 'close') return void outcomeOf(unit).then((outcome) => port.postMessage(outcome));
  reading[Symbol.dispose]();
  port.close();
});

async function outcomeOf(unit: Unit): Promise<Outcome> {
  try {
    return { ok: true, report: await perform(unit) };
  } catch (error) {
    if (error instanceof Damaged) return { ok: false, damage: error.damage };
    // Anything else that SQLite or a reader of rows throws is damage that they know no better name for.
    const says = error instanceof Error ? error.message : String(error);
    const at = unit.what === 'run' ? unit.run.from : unit.from;
    return { ok: false, damage: { at, says: `from entry ${at} on: ${says}` } };
  }
}

async function perform(unit: Unit): Promise<ReportOf[UnitKind]> {
  switch (unit.what) {
    case 'entries':
      return auditEntries(reading, unit);
    case 'run':
      return auditRun(reading.readPart, unit);
    case 'heads':
      heads ??= headCheck(reading, unit.size);
      return (await heads).kept(reading, unit.from, unit.to);
  }
}

async function headCheck(store: LogReading, size: number): Promise<HeadCheck> {
  const identity = await store.identity();
  if (identity === undefined) throw new Error('there is no log in this folder');
  const shard = shardOf(identity);
  return new HeadCheck(await loadTileCache(store, treeSize(size), undefined), shard);
}
