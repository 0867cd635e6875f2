import { counter, gauge } from './definition.ts';

/** The scrub; no values where none is done. */
export const SCRUB = {
  stele_scrub_entries_total: counter('Entries that were read, hashed and compared with what was signed.'),
  stele_scrub_index_records_total: counter('Records of the search index that were compared with the entries.'),
  stele_scrub_position_entries: gauge('Entries that this pass has behind it, of all shards.'),
  stele_scrub_last_pass_timestamp_seconds: gauge('Time at which the last full pass ended; no value before the first.'),
  stele_scrub_period_seconds: gauge('Time that a full pass is to take: --scrub.'),
  stele_scrub_damage_found_total: counter('Times that something was found damaged.'),
  stele_scrub_repaired_total: counter('Times that something damaged was written anew from another copy of it.'),
  stele_scrub_damaged_places: gauge('Places that this pass or the last one found damaged, whichever are more.'),
};
