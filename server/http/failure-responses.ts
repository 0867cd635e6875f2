import { type BaseFailure, MalformedJson } from '../../base/failures.ts';
import { Failure } from '../../base/failure.ts';
import {
  BodyTooLarge,
  type EntryFailure,
  InvalidEntry,
  MalformedProposal,
  type ProposalFault,
} from '../../entries/failures.ts';
import type { LogFailure } from '../../log/failures.ts';
import type { WitnessFailure } from '../../witness/failures.ts';
import type { AccessFailure, QuotaExceeded } from '../access/failures.ts';
import type { Headers } from './answer.ts';
import { InvalidRequest, type RequestFailure, UnreadableBody } from './failures.ts';

/** A failure that a caller can meet, of any folder. */
export type KnownFailure = AccessFailure | BaseFailure | EntryFailure | LogFailure | RequestFailure | WitnessFailure;
type Code = KnownFailure['code'];

/** Rekor v1's response. `message` takes the place of the failure's own. */
export interface V1Response {
  /** HTTP status, or from 600 on go-openapi's code, which is sent with 422: rekor-v1 §1.3. */
  readonly status: number;
  /** go-openapi, which binds requests, or a handler of Rekor's: their error bodies differ. */
  readonly by: 'binding' | 'handler';
  readonly message?: string;
}

/** The response to a failure of one class in each of the APIs, and how it crosses threads. */
interface FailureResponse<F extends Failure<string>> {
  readonly v1: V1Response | ((failure: F) => V1Response);
  /** HTTP status and google.rpc.Code. */
  readonly v2: { readonly http: number; readonly code: number; readonly message?: string };
  readonly plain: number;
  readonly headers?: Headers | ((failure: F) => Headers);
  readonly crossing: Crossing<F> | 'never';
}

/** Takes a failure apart for another thread, and makes it anew there: from its message, and what else it has. */
interface Crossing<F> {
  readonly detail: (failure: F) => number | string;
  readonly revive: (message: string, detail: number | string) => F;
}

const byMessage = <F extends Failure<string>>(Revived: new (message: string) => F): Crossing<F> => ({
  detail: () => '',
  revive: (message) => new Revived(message),
});

/** go-openapi's numbers for what is wrong with a proposal: rekor-v1 §1.3. */
const PROPOSAL_CODES: Readonly<Record<ProposalFault, number>> = {
  'type-wrong': 400,
  'kind-unknown': 422,
  'member-missing': 602,
  'version-malformed': 605,
};

/** Seconds after which a refused request may succeed. A batch takes far less. */
const RETRY_AFTER: Headers = { 'Retry-After': '1' };

/** The rest of the body is not awaited: RFC 9110 §15.5.9. */
const CLOSE: Headers = { Connection: 'close' };

/** Ways to send a credential: RFC 6750, and RFC 7617 for clients that can only put it into the URL. */
const CHALLENGE: Headers = { 'WWW-Authenticate': 'Bearer realm="stele", Basic realm="stele", charset="UTF-8"' };

const INVALID_ARGUMENT = { http: 400, code: 3 } as const;
const UNAVAILABLE_STATUS = { http: 503, code: 14 } as const;
const BAD_REQUEST = { v1: { status: 400, by: 'handler' }, v2: INVALID_ARGUMENT, plain: 400 } as const;
const BUSY_RESPONSE = {
  v1: { status: 503, by: 'handler' },
  v2: UNAVAILABLE_STATUS,
  plain: 503,
  headers: RETRY_AFTER,
  crossing: 'never',
} as const;

/** A row for each failure: one that is missing, or has no `crossing`, does not compile. */
export type FailureResponses = { readonly [C in Code]: FailureResponse<Extract<KnownFailure, { code: C }>> };

const responses: FailureResponses = {
  'json-malformed': {
    v1: { status: 400, by: 'binding' },
    v2: INVALID_ARGUMENT,
    plain: 400,
    crossing: byMessage(MalformedJson),
  },
  'proposal-malformed': {
    v1: ({ reason }) => ({ status: PROPOSAL_CODES[reason], by: 'binding' }),
    v2: INVALID_ARGUMENT,
    plain: 400,
    crossing: {
      detail: ({ reason }) => reason,
      revive: (message, reason) => new MalformedProposal(message, reason as ProposalFault),
    },
  },
  'request-invalid': {
    v1: ({ detail, by }) => ({ status: detail, by }),
    v2: INVALID_ARGUMENT,
    plain: 400,
    crossing: {
      detail: ({ detail }) => detail,
      revive: (message, detail) => new InvalidRequest(message, Number(detail)),
    },
  },
  'request-unreadable': {
    v1: { status: 400, by: 'binding' },
    v2: INVALID_ARGUMENT,
    plain: 400,
    crossing: byMessage(UnreadableBody),
  },
  'request-too-large': {
    v1: { status: 413, by: 'binding' },
    v2: { ...INVALID_ARGUMENT, message: 'http: request body too large' },
    plain: 413,
    crossing: 'never',
  },
  'request-too-slow': {
    v1: { status: 408, by: 'binding' },
    v2: { http: 408, code: 4 },
    plain: 408,
    headers: CLOSE,
    crossing: 'never',
  },
  'deadline-exceeded': {
    v1: { status: 504, by: 'handler' },
    v2: { http: 504, code: 4 },
    plain: 504,
    crossing: 'never',
  },
  'entry-invalid': { ...BAD_REQUEST, crossing: byMessage(InvalidEntry) },
  'body-too-large': {
    v1: { status: 413, by: 'handler' },
    v2: INVALID_ARGUMENT,
    plain: 413,
    crossing: byMessage(BodyTooLarge),
  },
  'size-not-reached': { ...BAD_REQUEST, crossing: 'never' },
  'sizes-reversed': { ...BAD_REQUEST, crossing: 'never' },
  'log-overloaded': { ...BUSY_RESPONSE, v2: { ...UNAVAILABLE_STATUS, message: 'reached max pushback; retry' } },
  'log-not-writable': BUSY_RESPONSE,
  'log-not-published': BUSY_RESPONSE,
  'log-frozen': {
    v1: { status: 501, by: 'handler', message: 'Create Entry API not enabled in this Rekor instance' },
    v2: { http: 405, code: 12 },
    plain: 405,
    crossing: 'never',
  },
  'log-read-only': {
    v1: { status: 405, by: 'handler' },
    v2: { http: 405, code: 12 },
    plain: 405,
    headers: { Allow: 'GET' },
    crossing: 'never',
  },
  'server-busy': BUSY_RESPONSE,
  unauthenticated: {
    v1: { status: 401, by: 'handler' },
    v2: { http: 401, code: 16 },
    plain: 401,
    headers: CHALLENGE,
    crossing: 'never',
  },
  forbidden: { v1: { status: 403, by: 'handler' }, v2: { http: 403, code: 7 }, plain: 403, crossing: 'never' },
  'policy-refused': { v1: { status: 403, by: 'handler' }, v2: { http: 403, code: 7 }, plain: 403, crossing: 'never' },
  'quota-exceeded': {
    v1: { status: 429, by: 'handler' },
    v2: { http: 429, code: 8 },
    plain: 429,
    headers: rateLimitHeaders,
    crossing: 'never',
  },
  'access-unavailable': BUSY_RESPONSE,
  'add-checkpoint-malformed': { ...BAD_REQUEST, crossing: 'never' },
  'witness-not-signing': BUSY_RESPONSE,
};

/** RFC 9110 §10.2.3, and draft-ietf-httpapi-ratelimit-headers-10 §2. */
function rateLimitHeaders({ used: { seconds, limit, window } }: QuotaExceeded): Headers {
  return {
    'Retry-After': String(seconds),
    'RateLimit-Policy': `"submit";q=${limit};w=${window}`,
    RateLimit: `"submit";r=0;t=${seconds}`,
  };
}

/** Codes of the failures that are answered 503. */
export const UNAVAILABLE_CODES: readonly string[] = Object.entries(responses).flatMap(([code, { plain }]) =>
  plain === 503 ? [code] : [],
);

/** Whether a request was refused because there were too many. */
export function isOverload(thrown: unknown): boolean {
  return thrown instanceof Failure && (thrown.code === 'server-busy' || thrown.code === 'log-overloaded');
}

/** Whether `thrown` is a failure of a caller's. Anything else is a bug, or a broken part. */
export function isKnown(thrown: unknown): thrown is KnownFailure {
  return thrown instanceof Failure && Object.hasOwn(responses, String(thrown.code));
}

export function v1ResponseTo(failure: KnownFailure): Required<V1Response> & { readonly headers?: Headers } {
  const { v1 } = responseTo(failure);
  const headers = headersOf(failure);
  const { status, by, message = failure.message } = typeof v1 === 'function' ? v1(failure) : v1;
  return { status, by, message, ...(headers && { headers }) };
}

export function responseTo<F extends KnownFailure>(failure: F): FailureResponse<F> {
  return responses[failure.code] as unknown as FailureResponse<F>;
}

/** Headers that the answer to a failure has in each API; undefined for none. */
export function headersOf(failure: KnownFailure): Headers | undefined {
  const { headers } = responseTo(failure);
  return typeof headers === 'function' ? headers(failure) : headers;
}

/** A failure as it crosses threads. */
export interface SentFailure {
  readonly code: Code;
  readonly message: string;
  readonly detail: number | string;
}

/** Undefined for a failure that no thread is known to throw: it crosses as a bug. */
export function sent(failure: KnownFailure): SentFailure | undefined {
  const { crossing } = responseTo(failure);
  if (crossing === 'never') return undefined;
  return { code: failure.code, message: failure.message, detail: crossing.detail(failure) };
}

export function revived({ code, message, detail }: SentFailure): Error {
  const { crossing } = responses[code];
  return crossing === 'never' ? new Error(message) : crossing.revive(message, detail);
}
