import type { HostedLog } from '../../host/hosted-log.ts';
import type { LogFigures } from '../../log/figures.ts';
import type { LogShards } from '../../log/shards.ts';
import type { ARCHIVE, LOG, WITNESSES } from '../../metrics/definitions/log.ts';
import type { HistogramSample, Sample } from '../../metrics/family.ts';
import type { Readers } from '../../metrics/registry.ts';
import type { Histogram } from '../../base/histogram.ts';

/** @param now - seconds since the Unix epoch */
export function logReaders(
  { shards, witness }: Pick<HostedLog, 'shards' | 'witness'>,
  now: () => number,
): Readers<keyof typeof LOG> {
  /** Of the shard that grows; undefined where none does. */
  const figure =
    <Value>(read: (figures: LogFigures) => Value) =>
    (): Value | undefined => {
      const figures = shards.active.figures();
      return figures && read(figures);
    };
  const measured = (read: (figures: LogFigures) => Histogram) =>
    figure((figures): readonly HistogramSample[] => [{ labels: {}, histogram: read(figures) }]);
  return {
    stele_tree_size: () => shards.active.head().size,
    stele_log_entries: () => shards.size,
    stele_log_shards: () => shards.all.length,
    stele_head_age_seconds: () => Math.max(0, now() - shards.active.head().at),
    tessera_appender_integrated_size: figure(({ committed }) => committed),
    tessera_appender_signed_size: figure(({ journalled }) => journalled),
    tessera_appender_witnessed_size: figure(({ witnesses }) => largest(witnesses)),
    tessera_appender_add_calls_total: figure(({ added }) => added.calls),
    stele_entries_added_total: figure(({ added }) => added.entries),
    stele_duplicate_entries_total: figure(({ added }) => added.duplicates),
    stele_entries_waiting: figure(({ waiting }) => waiting),
    stele_entries_waiting_bytes: figure(({ waitingBytes }) => waitingBytes),
    stele_refusing_entries: figure(({ refusals }) => byName('reason', refusals)),
    stele_clock_doubtful: figure(({ refusals }) => Number(refusals.clock)),
    tessera_storage_tree_builder_integrate_batch_size: measured(({ growth }) => growth.batches),
    stele_commit_duration_seconds: measured(({ growth }) => growth.commits),
    stele_journal_append_duration_seconds: measured(({ growth }) => growth.journalled),
    stele_signing_duration_seconds: measured(({ growth }) => growth.signed),
    stele_signatures_total: figure(({ growth }) =>
      byName('signer', { ...growth.signatures, ...(witness && { witness: witness.signed }) }),
    ),
  };
}

/** Only of witnesses that the policy names: there is no series without one. */
export function witnessReaders({ active }: LogShards): Readers<keyof typeof WITNESSES> {
  const each = (value: (witness: LogFigures['witnesses'][number]) => number | undefined) => (): readonly Sample[] =>
    (active.figures()?.witnesses ?? []).flatMap((witness) => {
      const known = value(witness);
      return known === undefined ? [] : [{ labels: { witness: witness.name }, value: known }];
    });
  return {
    stele_witness_cosigned_size: each(({ size }) => size),
    stele_witness_cosigned_timestamp_seconds: each(({ at }) => at),
    stele_witness_requests_total: each(({ asked }) => asked),
    stele_witness_failures_total: each(({ failed }) => failed),
  };
}

export function archiveReaders({ archive }: Pick<HostedLog, 'archive'>): Readers<keyof typeof ARCHIVE> {
  return {
    stele_archive_age_seconds: () => archive && archive.age() / 1000,
    stele_archive_entries: () => archive?.size,
  };
}

function largest(witnesses: LogFigures['witnesses']): number | undefined {
  const sizes = witnesses.flatMap(({ size }) => (size === undefined ? [] : [size]));
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

function byName(label: string, values: Readonly<Record<string, number | boolean>>): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value: Number(value) }));
}
