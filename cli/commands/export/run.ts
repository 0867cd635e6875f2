import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../../base/failure.ts';
import { parseCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { parseNote } from '../../../checkpoint/note.ts';
import { parseVkey } from '../../../checkpoint/vkey.ts';
import { recordActOf } from '../../../host/admin-log/admin-log.ts';
import { webAddress } from '../../../host/settings/values/network-values.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { exportLog, type ExportOptions } from '../../operate/export/export.ts';
import { folderSource } from '../../operate/export/folder-source.ts';
import { httpSource } from '../../operate/export/http-source.ts';
import type { TileSource } from '../../../client/tile-source.ts';
import { operation, type Operation, say } from '../../operate/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { openShards } from '../../../host/shards/read-shards.ts';
import type { exportLog as exportAbout } from './about.ts';

/* A log as plain files, for any web server or bucket: c2sp.org/tlog-tiles. Run it again and again: it adds what is new. */

type Flags = Operation<typeof exportAbout.options>['options'];

/** One log that was exported, for `--output json`. */
interface Exported {
  readonly origin: string;
  readonly folder: string;
  readonly entries: number;
  readonly added: number;
  readonly filesWritten: number;
  readonly filesRemoved: number;
}

async function exportShards({ data, heads }: Settings, into: string, flags: Flags): Promise<readonly Exported[]> {
  const { shard } = flags;
  const exported: Exported[] = [];
  using shards = await openShards(data, heads);
  const chosen = shards.all.filter(({ identity }) => shard === undefined || identity.origin === shard);
  if (chosen.length === 0) throw new UsageFault(`--shard ${shard}: the log has no such shard`);
  await recordActOf(data, { action: 'export', details: { into } });
  const held = originIn(into);
  for (const one of chosen) {
    const { origin } = one.identity;
    if ((await one.reading.publishedSize()) === undefined) say(`${origin}: no entries yet`);
    else {
      const folder = chosen.length === 1 || held === origin ? into : join(into, origin);
      exported.push(await exportOne(folderSource(one), folder, optionsOf(flags)));
    }
  }
  return exported;
}

async function exportOne(source: TileSource, folder: string, options: ExportOptions): Promise<Exported> {
  const { from, size, copied, removed } = await exportLog(source, folder, options);
  const { written, restored, compared } = copied;
  const grown = size === from ? `${size} entries as before` : `${size} entries, ${size - from} of them new`;
  const missing = restored === 0 ? '' : ` (${restored} of them had been exported, and were missing)`;
  const verified = options.verify ? `; ${compared} files are as the log has them` : '';
  say(`${source.key.name} in ${folder}: ${grown}; ${written} files written${missing}, ${removed} removed${verified}`);
  return {
    origin: source.key.name,
    folder,
    entries: size,
    added: size - from,
    filesWritten: written,
    filesRemoved: removed,
  };
}

const optionsOf = ({ prune, verify }: Flags): ExportOptions => ({ prune, verify });

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

export const run = operation<typeof exportAbout.options>('export', async ({ settings, options }) => {
  const { into, from, vkey, shard } = options;
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  if (from === undefined && vkey !== undefined) throw new UsageFault('--vkey is for --from');
  if (from !== undefined && shard !== undefined)
    throw new UsageFault('--shard is for a data folder; over HTTP the host says which shard');
  const logs =
    from === undefined
      ? await exportShards(settings, into, options)
      : [await exportOne(remoteSource(options), into, optionsOf(options))];
  return { json: { logs } };
});
