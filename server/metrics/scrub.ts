import type { HostedLog } from '../../host/hosted-log.ts';
import type { SCRUB } from '../../metrics/definitions/scrub.ts';
import type { Readers } from '../../metrics/registry.ts';

export function scrubReaders({ scrub }: Pick<HostedLog, 'scrub'>): Readers<keyof typeof SCRUB> {
  return {
    stele_scrub_entries_total: () => scrub?.figures.entries,
    stele_scrub_index_records_total: () => scrub?.figures.records,
    stele_scrub_position_entries: () => scrub?.figures.position,
    stele_scrub_last_pass_timestamp_seconds: () => scrub?.figures.lastPass,
    stele_scrub_period_seconds: () => scrub && scrub.period / 1000,
    stele_scrub_damage_found_total: () => scrub?.found,
    stele_scrub_repaired_total: () => scrub?.repaired,
    stele_scrub_damaged_places: () => scrub?.figures.damaged,
  };
}
