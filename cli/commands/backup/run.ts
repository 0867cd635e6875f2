import { hostname } from 'node:os';
import { recordActOf } from '../../../host/admin-log/admin-log.ts';
import { type CopiedShard, type CopyDestination, LogCopy } from '../../../host/backup/copy-log.ts';
import { Pace } from '../../../host/backup/pace.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { LogRefused } from '../../../log/failures.ts';
import { engineOf } from '../../../storage/engines/index.ts';
import { RecordStream } from '../../../storage/record-files/stream.ts';
import { RecordFolder } from '../../../storage/record-files/writer.ts';
import { DamagedStore } from '../../../storage/failures.ts';
import { copyKeys, type KeyTarget } from '../../operate/backup/keys.ts';
import { Progress } from '../../operate/backup/progress.ts';
import { verifyBackup } from '../../operate/backup/verify.ts';
import { operation, say } from '../../operate/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { backup } from './about.ts';

/*
 * A copy of the log that a log can be made of again: its steps, whatever engine keeps it. The server may run.
 */

interface Wish {
  readonly into: string;
  readonly withKeys: boolean;
  /** Whether it takes no rest. */
  readonly isFast: boolean;
}

/** @throws LogRefused for a log that is damaged: what cannot be read goes into no copy */
async function backUp(settings: Settings, wish: Wish): Promise<readonly CopiedShard[]> {
  const { into, withKeys } = wish;
  await recordActOf(settings.data, { action: 'backup', details: { into, withKeys } });
  try {
    return await (wish.into === '-' ? streamOut(settings, wish) : addTo(settings, wish));
  } catch (error) {
    if (!(error instanceof DamagedStore)) throw error;
    throw new LogRefused(`the log is damaged: ${error.message}. Nothing of it was copied from there on`);
  }
}

async function streamOut(settings: Settings, wish: Wish): Promise<readonly CopiedShard[]> {
  const stream = new RecordStream(process.stdout);
  const shards = await copy(settings, stream, { ...wish, tell, flush: () => stream.flush() });
  await stream.flush();
  return shards;
}

async function addTo(settings: Settings, wish: Wish): Promise<readonly CopiedShard[]> {
  const owner = `backup, process ${process.pid} on ${hostname()}`;
  using folder = new RecordFolder(wish.into, { owner, engine: engineOf(settings.data) });
  return await copy(settings, folder, { ...wish, tell: say, flush: async () => undefined });
}

interface CopyOptions extends Wish {
  readonly tell: (line: string) => void;
  /** Resolves once the destination takes more. */
  readonly flush: () => Promise<void>;
}

async function copy(
  settings: Settings,
  destination: CopyDestination & KeyTarget,
  { withKeys, isFast, tell: report, flush }: CopyOptions,
): Promise<readonly CopiedShard[]> {
  using log = await LogCopy.open(settings, destination);
  const progress = new Progress(report);
  const pace = new Pace();
  const shards = await log.copyNew(async () => {
    progress.at(log.size);
    await flush();
    if (!isFast) await pace.rest();
  });
  const keys = withKeys ? copyKeys(settings, shards, destination) : 0;
  destination.save();
  for (const shard of shards) report(lineOf(shard));
  if (withKeys) report(`${keys} keys: keep the backup as you keep them`);
  return shards;
}

function lineOf({ identity: { origin }, from, size }: CopiedShard): string {
  return size === from
    ? `${origin}: ${size} entries as before`
    : `${origin}: ${size} entries, ${size - from} of them new`;
}

/** Where standard output is the backup. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

export const run = operation<typeof backup.options>('back up', async ({ settings, options, output }) => {
  const { into, verify, data, 'with-keys': withKeys, fast: isFast } = options;
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  const takes = !verify || data !== undefined;
  const wish = { into, withKeys, isFast };
  requireSense(wish, verify, takes, output.isJson);
  const shards = takes ? await backUp(settings, wish) : undefined;
  const verified = verify ? verifyBackup(into) : undefined;
  return { json: { into, ...(shards && { shards: shards.map(jsonOf) }), ...(verified && { verified }) } };
});

function jsonOf({ identity: { origin }, from, size }: CopiedShard) {
  return { origin, entries: size, added: size - from };
}

/** @throws UsageFault */
function requireSense({ into, withKeys }: Wish, verify: boolean, takes: boolean, isJson: boolean): void {
  if (into === '-' && isJson)
    throw new UsageFault('--into - writes the backup itself to standard output: leave --output json out');
  if (into === '-' && verify) throw new UsageFault('--verify needs a folder: a stream is verified by the restore');
  if (withKeys && !takes) throw new UsageFault('--with-keys is for taking a backup, which needs --data as well');
}
