import { counter, gauge, histogram, summary } from './definition.ts';

/** Names that dashboards and scripts made for Rekor ask for; most are none that `promtool check metrics` takes. */
export const REKOR = {
  rekor_qps_by_api: counter(
    'Requests of Rekor v1 by path, method and status, as Rekor counts them.',
    'code',
    'method',
    'path',
  ),
  rekor_latency_by_api: histogram('Time of requests of Rekor v1 in nanoseconds, by path and method.', 'method', 'path'),
  rekor_api_latency: histogram('Time of requests of Rekor v1 in nanoseconds, by path and status.', 'code', 'path'),
  rekor_api_latency_summary: summary(
    'Time of requests of Rekor v1 in nanoseconds, by path and status.',
    'code',
    'path',
  ),
  rekor_new_entries: counter('Entries that were added since the start.'),
  rekor_build_info: gauge(
    '1, for the version of the server; goversion is that of Node.',
    'version',
    'revision',
    'build_date',
    'goversion',
  ),
};
