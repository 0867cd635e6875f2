import { Failure } from '../../../base/failure.ts';
import { utf8 } from '../../../base/bytes.ts';
import { RequestRefused } from './failures.ts';

/** An answer to a client. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** An answer that is in memory whole. */
export interface WholeReply extends Reply {
  readonly body: Uint8Array;
}

/** Seconds after which a client may ask again. */
const RETRY_AFTER = '5';

/** Codes of gRPC for the statuses that the proxy answers itself: rekor-v2 §1.7. */
const GRPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  403: 7,
  404: 5,
  413: 3,
  421: 3,
  500: 13,
  502: 13,
  503: 14,
};

/** Headers of the log's answer that are about its connection or its bytes, or are not for the pages of other sites. */
const DROPPED =
  /^(connection|keep-alive|transfer-encoding|upgrade|trailer|te|proxy-.*|content-length|set-cookie2?|alt-svc|strict-transport-security|access-control-.*)$/;

/** Returns headers of the log's answer that go on to the client. */
export function headersOf(headers: Headers, base: string): Record<string, string> {
  const kept = [...headers].filter(([name]) => !DROPPED.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, name === 'location' ? localOf(value, base) : value]));
}

/** A place in the log is the same place in the proxy. */
function localOf(location: string, base: string): string {
  return location.startsWith(`${base}/`) ? location.slice(base.length) : location;
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  unreachable: 503,
  'outbox-full': 503,
  'still-waiting': 503,
  state: 503,
  'not-found': 404,
  'not-offered': 501,
};

/** Returns the answer to a request that failed, as the API at that path writes errors. */
export function replyOfFailure(error: unknown, path: string): WholeReply {
  const status = statusOf(error);
  const message = error instanceof Failure ? error.message : 'the proxy failed: it has said why on its standard error';
  return replyOfError(status, message, path);
}

function statusOf(error: unknown): number {
  if (error instanceof RequestRefused) return error.status;
  return error instanceof Failure ? (STATUS_BY_CODE[String(error.code)] ?? 502) : 500;
}

function replyOfError(status: number, message: string, path: string): WholeReply {
  const isRekorV2 = path.startsWith('/api/v2/');
  const json = isRekorV2 ? { code: GRPC_CODES[status] ?? 2, message, details: [] } : { code: status, message };
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(status === 503 && { 'retry-after': RETRY_AFTER }),
    },
    body: utf8(`${JSON.stringify(json)}\n`),
  };
}
