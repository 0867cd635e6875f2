import type { LogShards } from '../../log/shards.ts';
import type { STORAGE } from '../../metrics/definitions/storage.ts';
import type { Sample } from '../../metrics/family.ts';
import type { Readers } from '../../metrics/registry.ts';
import type { StoreFigures } from '../../storage/figures.ts';

/** Of the shard that grows. All that is asked for at one time shares one look at the disk. */
export function storageReaders(shards: LogShards): Readers<keyof typeof STORAGE> {
  let looking: Promise<StoreFigures | undefined> | undefined;
  const look = (): Promise<StoreFigures | undefined> => {
    looking ??= shards.active.storeFigures().finally(() => (looking = undefined));
    return looking;
  };
  const figure =
    <Value>(read: (figures: StoreFigures) => Value) =>
    async (): Promise<Value | undefined> => {
      const figures = await look();
      return figures && read(figures);
    };
  const volumes = (read: (volume: StoreFigures['volumes'][number]) => number) =>
    figure((figures): readonly Sample[] =>
      figures.volumes.map((one) => ({ labels: { volume: one.volume }, value: read(one) })),
    );
  return {
    stele_disk_free_bytes: volumes(({ free }) => free),
    stele_disk_reserve_bytes: volumes(({ reserve }) => reserve),
    stele_database_bytes: figure(({ databaseBytes }) => databaseBytes),
    stele_wal_bytes: figure(({ walBytes }) => walBytes),
    stele_commit_sync_duration_seconds: figure(({ syncs }) => [{ labels: {}, histogram: syncs }]),
    stele_bundle_backlog_entries: figure(({ unbundled }) => unbundled),
    stele_search_index_unflushed_records: figure(({ unflushed }) => unflushed),
  };
}
