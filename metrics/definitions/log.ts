import { counter, gauge, histogram } from './definition.ts';

/** The tree, its growth, and who vouches for it. Names that begin with `tessera_` are those of Tessera's own metrics. */
export const LOG = {
  stele_tree_size: gauge('Entries in the newest head that readers see, of the shard that grows.'),
  stele_log_entries: gauge('Entries of all shards together, as readers see them.'),
  stele_log_shards: gauge('Shards of the log.'),
  stele_head_age_seconds: gauge('Age of the newest head that readers see. A log that gets no entries makes no heads.'),
  tessera_appender_integrated_size: gauge('Entries in the newest head that is committed to the database.'),
  tessera_appender_signed_size: gauge('Entries in the newest head that is in the head journal.'),
  tessera_appender_witnessed_size: gauge('Entries in the largest head that any witness of the policy has cosigned.'),
  tessera_appender_add_calls_total: counter(
    'Submissions whose signatures were good, and that the log was asked to add.',
  ),
  stele_entries_added_total: counter('Entries that were committed.'),
  stele_duplicate_entries_total: counter('Submissions of an entry that the log had shown before.'),
  stele_entries_waiting: gauge('Entries that wait to be committed.'),
  stele_entries_waiting_bytes: gauge('Bytes of the entries that wait to be committed.'),
  stele_refusing_entries: gauge(
    '1 while no entry is taken for that reason: clock, witness, disk, damage, journal, signer or stopped.',
    'reason',
  ),
  stele_clock_doubtful: gauge('1 while the clock of the machine is not trusted.'),
  tessera_storage_tree_builder_integrate_batch_size: histogram('Entries in a commit.'),
  stele_commit_duration_seconds: histogram(
    'Time from the request of a commit to its answer: transaction, and the way to the disk.',
  ),
  stele_journal_append_duration_seconds: histogram('Time until a head is durable in the head journal.'),
  stele_signing_duration_seconds: histogram(
    'Time until a batch has all its signatures: of its head, and of each entry.',
  ),
  stele_signatures_total: counter(
    'Signatures over heads and entries, by signer; witness is our own, over heads of other logs.',
    'signer',
  ),
};

/** The copy on another disk; no values where none is kept. */
export const ARCHIVE = {
  stele_archive_age_seconds: gauge('Time since the archive had every entry. It has them all each second.'),
  stele_archive_entries: gauge('Entries in the archive, of all shards.'),
};

/** Witnesses, by their names in the policy. */
export const WITNESSES = {
  stele_witness_cosigned_size: gauge('Entries in the largest head that a witness has cosigned.', 'witness'),
  stele_witness_cosigned_timestamp_seconds: gauge('Time that the last cosignature of a witness says.', 'witness'),
  stele_witness_requests_total: counter('Requests for a cosignature.', 'witness'),
  stele_witness_failures_total: counter('Requests for a cosignature that came to nothing.', 'witness'),
};
