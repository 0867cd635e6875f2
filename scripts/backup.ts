import { hostname } from 'node:os';
import { type CopiedShard, type CopyDestination, LogCopy } from '../host/backup/copy-log.ts';
import { Pace } from '../host/backup/pace.ts';
import type { Settings } from '../host/settings/table.ts';
import { LogRefused } from '../log/failures.ts';
import { engineOf } from '../storage/engines/index.ts';
import { RecordStream } from '../storage/record-files/stream.ts';
import { RecordFolder } from '../storage/record-files/writer.ts';
import { DamagedStore } from '../storage/failures.ts';
import { copyKeys, type KeyTarget } from './backup/keys.ts';
import { Progress } from './backup/progress.ts';
import { verifyBackup } from './backup/verify.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';

/*
 * A copy of the log that a log can be made of again: its steps, whatever engine keeps it. The server may run.
 */

const USAGE = `npm run backup -- --into FOLDER|- [--with-keys] [--fast] [--verify] [--data FOLDER] [--heads FOLDER]
npm run backup -- --into FOLDER --verify

Adds to FOLDER what the log has beyond it: entries, heads, cosignatures and the end of every shard. What is there is never
changed. The server may run. Every entry is hashed on the way and held against the root that was signed. With - all of the log
goes to standard output, for npm run restore -- --from -.

--fast       does not rest: for a log that stands still. Otherwise a backup works a fifth of the time, and submissions go on as
             before
--with-keys  the log's keys too: who has the backup can sign as the log from then on
--verify     reads all of the backup again afterwards: its checksums, each entry up to the root of every head, and the
             signatures on the heads. Without --data nothing is taken, and what is there is verified: the exit status is 1
             if anything is wrong, and the file is named
`;

interface Wish {
  readonly into: string;
  readonly withKeys: boolean;
  /** Whether it takes no rest. */
  readonly isFast: boolean;
}

/** @throws LogRefused for a log that is damaged: what cannot be read goes into no copy */
async function backUp(settings: Settings, wish: Wish): Promise<void> {
  try {
    await (wish.into === '-' ? streamOut(settings, wish) : addTo(settings, wish));
  } catch (error) {
    if (!(error instanceof DamagedStore)) throw error;
    throw new LogRefused(`the log is damaged: ${error.message}. Nothing of it was copied from there on`);
  }
}

async function streamOut(settings: Settings, wish: Wish): Promise<void> {
  const stream = new RecordStream(process.stdout);
  await copy(settings, stream, { ...wish, tell, flush: () => stream.flush() });
  await stream.flush();
}

async function addTo(settings: Settings, wish: Wish): Promise<void> {
  const owner = `backup, process ${process.pid} on ${hostname()}`;
  using folder = new RecordFolder(wish.into, { owner, engine: engineOf(settings.data) });
  await copy(settings, folder, { ...wish, tell: say, flush: async () => undefined });
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
): Promise<void> {
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
}

function lineOf({ identity: { origin }, from, size }: CopiedShard): string {
  return size === from
    ? `${origin}: ${size} entries as before`
    : `${origin}: ${size} entries, ${size - from} of them new`;
}

/** Where standard output is the backup. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const options = {
  data: { type: 'string' },
  into: { type: 'string' },
  'with-keys': { type: 'boolean' },
  fast: { type: 'boolean' },
  verify: { type: 'boolean' },
} as const;
await runCommand({ usage: USAGE, verb: 'back up', options }, async ({ settings, values, words }) => {
  const { into, verify = false, data, 'with-keys': withKeys = false, fast: isFast = false } = values;
  if (words.length > 0) throw new UsageFault(`${words.join(' ')}: it takes no words`);
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  const takes = !verify || data !== undefined;
  const wish = { into, withKeys, isFast };
  requireSense(wish, verify, takes);
  if (takes) await backUp(settings, wish);
  if (verify) verifyBackup(into);
});

/** @throws UsageFault */
function requireSense({ into, withKeys }: Wish, verify: boolean, takes: boolean): void {
  if (into === '-' && verify) throw new UsageFault('--verify needs a folder: a stream is verified by the restore');
  if (withKeys && !takes) throw new UsageFault('--with-keys is for taking a backup, which needs --data as well');
}
