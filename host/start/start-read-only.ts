import { hostname } from 'node:os';
import { type ImportedParts, openReadOnlyLog } from '../../log/open-read-only.ts';
import { LogRefused } from '../../log/failures.ts';
import { LogShards } from '../../log/shards.ts';
import type { HeadReads } from '../../storage/heads.ts';
import { type ImportedHead, importCutShort, readImportedMark } from '../folder/imported.ts';
import { LongBodyFiles } from '../folder/long-bodies.ts';
import { readRestoredMark, restoreCutShort } from '../folder/restored.ts';
import { c2spKeyOf } from '../keys/keys.ts';
import { isUnopened, requireAsRecorded, shardFolders } from '../shards/shard-folders.ts';

export interface ReadOnlyStart extends AsyncDisposable {
  readonly shards: LogShards;
}

/**
 * Opens all shards of the log in `data` to be read, as they were published last. Writes nothing but the lock of a folder
 * that may be written.
 *
 * @throws LogRefused, StoreRefused
 */
export async function startReadOnly({
  data,
  heads,
}: {
  readonly data: string;
  readonly heads: string;
}): Promise<ReadOnlyStart> {
  await using cleanup = new AsyncDisposableStack();
  const restored = readRestoredMark(data);
  if (restored?.isComplete === false) throw new LogRefused(restoreCutShort(data, restored));
  const owner = `process ${process.pid} on ${hostname()}, which only reads`;
  const imported = readImportedMark(data);
  if (imported?.isWhole === false) throw new LogRefused(importCutShort(data, imported));
  const logs = [];
  for (const place of shardFolders(data, heads)) {
    const { folder, engine } = place;
    const store = isUnopened(place) ? undefined : cleanup.use(engine.openReadOnly(folder, owner));
    requireAsRecorded(place, await store?.identity());
    if (store)
      logs.push(await openReadOnlyLog({ store, c2spKeyOf, folder, imported: await importedIn(folder, store) }));
  }
  const parts = cleanup.move();
  return { shards: new LogShards(logs), [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Undefined for a folder of a log of one's own. @throws LogRefused for an import that has no head to show yet */
async function importedIn(folder: string, store: Pick<HeadReads, 'publishedSize'>): Promise<ImportedParts | undefined> {
  const mark = readImportedMark(folder);
  if (mark === undefined) return undefined;
  const originals = originalsOf(mark.heads);
  if (!originals.has((await store.publishedSize()) ?? 0)) throw new LogRefused(importCutShort(folder, mark));
  return { originals, longBodies: new LongBodyFiles(folder) };
}

/** The note of one API stands for that of the other where the log has signed but one. */
function originalsOf(heads: readonly ImportedHead[]): ImportedParts['originals'] {
  return new Map(
    heads.map(({ size, rekor, c2sp }) => [size, { rekorCheckpoint: rekor ?? c2sp ?? '', checkpoint: c2sp ?? rekor }]),
  );
}
