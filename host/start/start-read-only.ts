import { hostname } from 'node:os';
import { openReadOnlyLog } from '../../log/open-read-only.ts';
import { LogRefused } from '../../log/failures.ts';
import { LogShards } from '../../log/shards.ts';
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
  const logs = [];
  for (const place of shardFolders(data, heads)) {
    const { folder, engine } = place;
    const store = isUnopened(place) ? undefined : cleanup.use(engine.openReadOnly(folder, owner));
    requireAsRecorded(place, await store?.identity());
    if (store) logs.push(await openReadOnlyLog({ store, c2spKeyOf, folder }));
  }
  const parts = cleanup.move();
  return { shards: new LogShards(logs), [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
