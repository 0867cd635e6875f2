import { gauge, histogram } from './definition.ts';

/** The database and the volumes that the log grows on. */
export const STORAGE = {
  stele_disk_free_bytes: gauge(
    'Bytes that are free on the volume of the data, and on that of the head journal.',
    'volume',
  ),
  stele_disk_reserve_bytes: gauge('Bytes that stay free there: below that no entry is taken.', 'volume'),
  stele_database_bytes: gauge('Bytes of the database file.'),
  stele_wal_bytes: gauge('Bytes of the write-ahead log.'),
  stele_commit_sync_duration_seconds: histogram(
    'Time that the disk took to have a commit, beside what its statements took.',
  ),
  stele_bundle_backlog_entries: gauge('Entries that wait to be bundled.'),
  stele_search_index_unflushed_records: gauge(
    'Records of the search index that are in memory only, and are read again at a start.',
  ),
};
