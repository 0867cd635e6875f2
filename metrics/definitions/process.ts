import { counter, gauge } from './definition.ts';

/** The server as a program. */
export const PROCESS = {
  stele_build_info: gauge('1, for the version of Stele and of Node.', 'version', 'node_version'),
  stele_eventloop_active_seconds_total: counter('Time in which the thread that serves HTTP was not waiting.'),
  stele_log_lines_dropped_total: counter("Lines of the server's own log that could not be written."),
  stele_metrics_failures_total: counter('Metrics that could not be read when they were scraped, and were left out.'),
  stele_damaged_reads_total: counter('Times that something damaged was found in the database.'),
};
