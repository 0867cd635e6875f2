import { type Answer, type Headers, json } from '../http/answer.ts';
import { headersOf, isKnown, responseTo } from '../http/failure-responses.ts';
import type { ApiFormat } from './format.ts';
import { deadlineOf, metadataFault } from './grpc-metadata.ts';

/** google.rpc.Code, as far as it is used: rekor-v2 §1.7. */
export const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** google.rpc.Status in JSON. */
export function status<const Http extends number>(http: Http, code: number, message: string, headers: Headers = {}) {
  return { status: http, headers, body: json({ code, message, details: [] as const }) } as const;
}

/** Rekor v2's answer for a log that has ended, which is not JSON: rekor-v2 §1.9. */
export const FROZEN_ANSWER: Answer = {
  status: 405,
  body: { type: 'text/plain; charset=utf-8', text: 'This log has been frozen, please switch to the latest log.\n' },
};

/** Rekor v2: a gateway before gRPC. It looks at no media type, and reads one JSON value whatever follows: rekor-v2 §1. */
export const rekorV2: ApiFormat = {
  negotiate: (request) => {
    const fault = metadataFault(request);
    return fault === undefined ? 'application/json' : status(400, GRPC.invalidArgument, fault);
  },
  deadline: deadlineOf,
  requiresBody: false,
  renderFailure(thrown) {
    if (!isKnown(thrown)) return undefined;
    if (thrown.code === 'log-frozen') return FROZEN_ANSWER;
    const { v2 } = responseTo(thrown);
    return status(v2.http, v2.code, v2.message ?? thrown.message, headersOf(thrown));
  },
  internalError: status(500, GRPC.internal, 'internal server error'),
  methodNotAllowed: () => status(501, GRPC.unimplemented, 'Method Not Allowed'),
};

export const isBelowV2 = (path: string): boolean => /^\/api\/v2(\/|$)/.test(path);

/** A path below `/api/v2` that is none. */
export const NOT_FOUND_V2 = status(404, GRPC.notFound, 'Not Found', { 'Cache-Control': 'no-store' });

/** A target that is no path, such as that of `CONNECT`. */
export const NO_PATH_V2 = status(400, GRPC.invalidArgument, 'Bad Request');
