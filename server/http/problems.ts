import type { BaseFailure } from '../../base/failures.ts';
import { Failure } from '../../base/failure.ts';
import type { EntryFailure } from '../../entries/failures.ts';
import type { LogFailure } from '../../log/failures.ts';
import type { WitnessFailure } from '../../witness/failures.ts';
import type { Headers } from './answer.ts';
import type { RequestFailure } from './failures.ts';

type Code = (BaseFailure | EntryFailure | LogFailure | RequestFailure | WitnessFailure)['code'];

/** Seconds after which a refused request may succeed. A batch takes far less. */
const RETRY_AFTER: Headers = { 'Retry-After': '1' };

/** The rest of the body is not awaited: RFC 9110 §15.5.9. */
const CLOSE: Headers = { Connection: 'close' };

/** Sent with an error of this status. */
export function errorHeaders(status: number): Headers | undefined {
  if (status === 503) return RETRY_AFTER;
  return status === 408 ? CLOSE : undefined;
}

/** What a failure is in each of the APIs. `says` takes the place of its own message. */
interface Problem {
  /** `own`: the failure's own number decides, contract section 1.3. */
  readonly v1: { readonly status: number | 'own'; readonly by: 'binding' | 'handler'; readonly says?: string };
  /** HTTP status and google.rpc.Code. */
  readonly v2: { readonly http: number; readonly code: number; readonly says?: string };
  readonly plain: number;
}

const INVALID = { http: 400, code: 3 };
const UNAVAILABLE = { http: 503, code: 14 };
const BUSY: Problem = { v1: { status: 503, by: 'handler' }, v2: UNAVAILABLE, plain: 503 };

/** The one place where a failure meets HTTP. A code without a row here does not compile. */
export const problems: { readonly [C in Code]: Problem } = {
  'json-malformed': { v1: { status: 400, by: 'binding' }, v2: INVALID, plain: 400 },
  'proposal-malformed': { v1: { status: 'own', by: 'binding' }, v2: INVALID, plain: 400 },
  'request-invalid': { v1: { status: 'own', by: 'handler' }, v2: INVALID, plain: 400 },
  'request-too-large': {
    v1: { status: 413, by: 'binding' },
    v2: { ...INVALID, says: 'http: request body too large' },
    plain: 413,
  },
  'request-too-slow': { v1: { status: 408, by: 'binding' }, v2: { http: 408, code: 4 }, plain: 408 },
  'deadline-exceeded': { v1: { status: 504, by: 'handler' }, v2: { http: 504, code: 4 }, plain: 504 },
  'entry-invalid': { v1: { status: 400, by: 'handler' }, v2: INVALID, plain: 400 },
  'body-too-large': { v1: { status: 413, by: 'handler' }, v2: INVALID, plain: 413 },
  'size-not-reached': { v1: { status: 400, by: 'handler' }, v2: INVALID, plain: 400 },
  'sizes-reversed': { v1: { status: 400, by: 'handler' }, v2: INVALID, plain: 400 },
  'log-overloaded': { ...BUSY, v2: { ...UNAVAILABLE, says: 'reached max pushback; retry' } },
  'log-not-writable': BUSY,
  'log-not-published': BUSY,
  'log-frozen': {
    v1: { status: 501, by: 'handler', says: 'Create Entry API not enabled in this Rekor instance' },
    v2: { http: 405, code: 12 },
    plain: 405,
  },
  'server-busy': BUSY,
  'add-checkpoint-malformed': { v1: { status: 400, by: 'handler' }, v2: INVALID, plain: 400 },
  'witness-not-signing': BUSY,
};

export interface KnownFailure {
  readonly code: Code;
  readonly message: string;
  readonly failure: object;
}

/** Undefined for what is no failure of a caller's: a bug, or a broken part. */
export function failureOf(thrown: unknown): KnownFailure | undefined {
  if (!(thrown instanceof Failure) || !(thrown.code in problems)) return undefined;
  return { code: thrown.code as Code, message: thrown.message, failure: thrown };
}

export function ownNumber(failure: object): number {
  const detail = 'detail' in failure ? failure.detail : undefined;
  return typeof detail === 'number' && detail >= 400 && detail < 700 ? detail : 400;
}
