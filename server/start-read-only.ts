import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../log/clock.ts';
import { openReadOnlyLog } from '../log/open-read-only.ts';
import { LogShards } from '../log/shards.ts';
import { openSqliteReadOnly } from '../storage/engines/sqlite/open-read-only.ts';
import { tileKeyOf } from './keys.ts';
import { requireAsRecorded, shardFolders } from './shard-folders.ts';

export interface ReadOnlyStart extends AsyncDisposable {
  readonly shards: LogShards;
}

/**
 * Opens all shards of the log in `data` to be read, as they were published last. Writes nothing but the lock of a folder
 * that may be written.
 *
 * @throws LogRefused, StoreRefused
 */
export async function startReadOnly(
  { data, heads }: { readonly data: string; readonly heads: string },
  clock: Clock,
): Promise<ReadOnlyStart> {
  await using cleanup = new AsyncDisposableStack();
  const logs = [];
  for (const place of shardFolders(data, heads)) {
    const { number, folder } = place;
    if (number > 1 && !existsSync(join(folder, 'stele.db'))) {
      requireAsRecorded(place, undefined);
      continue; // prepared, and not begun
    }
    const store = cleanup.use(openSqliteReadOnly(folder, `process ${process.pid} on ${hostname()}, which only reads`));
    requireAsRecorded(place, await store.identity());
    logs.push(await openReadOnlyLog({ store, tileKeyOf, clock, folder }));
  }
  const parts = cleanup.move();
  return { shards: new LogShards(logs), [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
