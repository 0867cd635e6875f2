import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { parseCheckpoint } from '../checkpoint/checkpoint.ts';
import { parseNote } from '../checkpoint/note.ts';
import { parseVkey } from '../checkpoint/vkey.ts';
import { webAddress } from '../host/settings/values/network-values.ts';
import type { Settings } from '../host/settings/table.ts';
import { exportLog, type ExportOptions } from './export/export.ts';
import { folderSource } from './export/folder-source.ts';
import { httpSource } from './export/http-source.ts';
import type { TileSource } from '../client/tile-source.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';
import { openShards } from '../host/shards/read-shards.ts';

/* A log as plain files, for any web server or bucket: c2sp.org/tlog-tiles. Run it again and again: it adds what is new. */

const USAGE = `npm run export -- --into FOLDER [--shard ORIGIN] [--prune] [--verify] [--data FOLDER] [--heads FOLDER]
npm run export -- --into FOLDER --from URL --vkey KEY [--prune] [--verify]

Writes checkpoint, tile/... and tile/entries/... as c2sp.org/tlog-tiles lays them out, what FOLDER has not yet and what has
gone from it, and the checkpoint last. What is there is never changed: a file that differs, and a log that is not the exported
one grown on, is refused. Files of earlier exports are looked for, and compared with the log if you say --verify. The server
may run. Of a log with several shards each stands in FOLDER/<origin>, but for the one that FOLDER itself has held so far.

--shard ORIGIN  only that shard, in FOLDER itself
--prune         removes partial tiles once the whole one is there and the checkpoint is written
--verify        compares every file that is there with the log, names those that differ, and ends with 1 if there are any
--from URL      reads any log of that kind over HTTP; its checkpoint is at URL/checkpoint
--vkey KEY      the key that signs its checkpoints, as in <origin>+<id>+<key>
`;

interface Flags {
  readonly into?: string | undefined;
  readonly shard?: string | undefined;
  readonly prune?: boolean | undefined;
  readonly verify?: boolean | undefined;
  readonly from?: string | undefined;
  readonly vkey?: string | undefined;
}

async function exportShards({ data, heads }: Settings, into: string, { shard, ...flags }: Flags): Promise<void> {
  using shards = await openShards(data, heads);
  const chosen = shards.all.filter(({ identity }) => shard === undefined || identity.origin === shard);
  if (chosen.length === 0) throw new UsageFault(`--shard ${shard}: the log has no such shard`);
  const held = originIn(into);
  for (const one of chosen) {
    const { origin } = one.identity;
    if ((await one.reading.publishedSize()) === undefined) say(`${origin}: no entries yet`);
    else
      await exportOne(
        folderSource(one),
        chosen.length === 1 || held === origin ? into : join(into, origin),
        optionsOf(flags),
      );
  }
}

async function exportOne(source: TileSource, folder: string, options: ExportOptions): Promise<void> {
  const { from, size, copied, removed } = await exportLog(source, folder, options);
  const { written, restored, compared } = copied;
  const grown = size === from ? `${size} entries as before` : `${size} entries, ${size - from} of them new`;
  const missing = restored === 0 ? '' : ` (${restored} of them had been exported, and were missing)`;
  const verified = options.verify ? `; ${compared} files are as the log has them` : '';
  say(`${source.key.name} in ${folder}: ${grown}; ${written} files written${missing}, ${removed} removed${verified}`);
}

const optionsOf = ({ prune = false, verify = false }: Flags): ExportOptions => ({ prune, verify });

/** Of the log that the folder itself holds. */
function originIn(folder: string): string | undefined {
  const file = join(folder, 'checkpoint');
  return existsSync(file) ? parseCheckpoint(parseNote(readFileSync(file)).text).origin : undefined;
}

/** @throws UsageFault */
function remoteSource({ from = '', vkey }: Flags): TileSource {
  const base = webAddress.parse(from);
  if (base === undefined) throw new UsageFault(`--from ${from}: expected ${webAddress.expects}`);
  if (vkey === undefined)
    throw new UsageFault(`--from needs --vkey: the key of the log, from someone you trust; a Stele shows it at /vkey`);
  try {
    return httpSource(base, parseVkey(vkey));
  } catch (error) {
    throw error instanceof Failure ? new UsageFault(`--vkey is no key: ${error.message}`) : error;
  }
}

const options = {
  into: { type: 'string' },
  shard: { type: 'string' },
  prune: { type: 'boolean' },
  verify: { type: 'boolean' },
  from: { type: 'string' },
  vkey: { type: 'string' },
} as const;
await runCommand({ usage: USAGE, verb: 'export', options }, async ({ settings, values, words }) => {
  const { into, from, vkey, shard } = values;
  if (words.length > 0) throw new UsageFault(`${words.join(' ')}: it takes no words`);
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  if (from === undefined && vkey !== undefined) throw new UsageFault('--vkey is for --from');
  if (from !== undefined && shard !== undefined)
    throw new UsageFault('--shard is for a data folder; over HTTP the host says which shard');
  if (from === undefined) return exportShards(settings, into, values);
  return exportOne(remoteSource(values), into, optionsOf(values));
});
