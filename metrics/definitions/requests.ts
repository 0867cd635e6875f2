import { counter, gauge, histogram } from './definition.ts';

/** Requests and connections. */
export const REQUESTS = {
  stele_http_requests_total: counter(
    'Requests that are over, by operation (as in --operations; pages and none beside them) and status: 499 where the sender went first.',
    'operation',
    'code',
  ),
  stele_http_request_duration_seconds: histogram(
    'Time from the arrival of a request to the end of its answer, by operation.',
    'operation',
  ),
  stele_http_unavailable_total: counter(
    'Requests that were answered 503, by the failure that was the reason.',
    'reason',
  ),
  stele_http_connections: gauge('Open connections.'),
  stele_http_connections_refused_total: counter(
    'Connections that were closed at once, because no other could make room.',
  ),
  stele_http_unparsed_requests_total: counter(
    'Requests that are no HTTP, too slow or too large to be read, by the status they were answered. They have no operation.',
    'code',
  ),
  stele_http_connections_ended_total: counter('Connections without a whole request that were closed to make room.'),
};
