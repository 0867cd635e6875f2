import type { Sample } from '../../metrics/family.ts';
import type { Readers } from '../../metrics/registry.ts';
import { REQUEST_SECONDS, type RequestMeters } from '../http/request-meters.ts';

type Requests = 'stele_http_requests_total' | 'stele_http_request_duration_seconds' | 'stele_http_unavailable_total';

export function requestReaders({ byOperation, byReason }: RequestMeters): Readers<Requests> {
  return {
    stele_http_requests_total: () =>
      [...byOperation].flatMap(([operation, { byStatus }]) =>
        [...byStatus].map(([status, { count }]): Sample => ({
          labels: { operation, code: String(status) },
          value: count,
        })),
      ),
    stele_http_request_duration_seconds: () =>
      [...byOperation].map(([operation, { seconds }]) => {
        return { labels: { operation }, histogram: seconds, bounds: REQUEST_SECONDS };
      }),
    stele_http_unavailable_total: () => [...byReason].map(([reason, value]) => ({ labels: { reason }, value })),
  };
}

type Connections =
  | 'stele_http_connections'
  | 'stele_http_connections_refused_total'
  | 'stele_http_connections_ended_total'
  | 'stele_http_unparsed_requests_total';

/** Connections of the public listener: open now, and since the start. */
interface ConnectionCounts {
  readonly count: number;
  readonly refused: number;
  readonly ended: number;
  /** Requests that could not be parsed, by status. */
  readonly unparsed: ReadonlyMap<number, number>;
}

export function connectionReaders(open: ConnectionCounts): Readers<Connections> {
  return {
    stele_http_connections: () => open.count,
    stele_http_connections_refused_total: () => open.refused,
    stele_http_connections_ended_total: () => open.ended,
    stele_http_unparsed_requests_total: () =>
      [...open.unparsed].map(([status, value]) => ({ labels: { code: String(status) }, value })),
  };
}
