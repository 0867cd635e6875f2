import type { BaseFailure } from '../../base/failures.ts';
import { Failure } from '../../base/failure.ts';
import type { EntryFailure } from '../../entries/failures.ts';
import type { LogFailure } from '../../log/failures.ts';
import { type Answer, bindingError, handlerError } from './answer.ts';
import type { RequestFailure } from './failures.ts';

type Code = (BaseFailure | EntryFailure | LogFailure | RequestFailure)['code'];

/** Seconds after which a refused request may succeed. A batch takes far less. */
const RETRY_AFTER = { 'Retry-After': '1' };

/** The failure's own number decides: contract section 1.3. */
type Status = number | 'own';

/** The one place where a failure meets HTTP. A code without a row here does not compile. */
export const problems: { readonly [C in Code]: { readonly status: Status; readonly by: 'binding' | 'handler' } } = {
  'json-malformed': { status: 400, by: 'binding' },
  'proposal-malformed': { status: 'own', by: 'binding' },
  'request-invalid': { status: 'own', by: 'handler' },
  'request-too-large': { status: 413, by: 'binding' },
  'entry-invalid': { status: 400, by: 'handler' },
  'body-too-large': { status: 413, by: 'handler' },
  'size-not-reached': { status: 400, by: 'handler' },
  'sizes-reversed': { status: 400, by: 'handler' },
  'log-overloaded': { status: 503, by: 'handler' },
  'log-not-writable': { status: 503, by: 'handler' },
  'server-busy': { status: 503, by: 'handler' },
};

/** Of what is not a failure nothing is told: it is a bug, and its text may hold secrets. */
export const UNKNOWN_ERROR = bindingError(500, 'Unknown error');

/** @returns the answer that a failure becomes; undefined for what is none */
export function toAnswer(thrown: unknown): Answer | undefined {
  if (!(thrown instanceof Failure) || !(thrown.code in problems)) return undefined;
  const row = problems[thrown.code as Code];
  const code = row.status === 'own' ? ownNumber(thrown) : row.status;
  if (row.by === 'binding' || isBinding(code, thrown.message)) return bindingError(code, thrown.message);
  return handlerError(code, thrown.message, code === 503 ? RETRY_AFTER : undefined);
}

function ownNumber(failure: object): number {
  const detail = 'detail' in failure ? failure.detail : undefined;
  return typeof detail === 'number' && detail >= 400 && detail < 700 ? detail : 400;
}

/** Whether go-openapi says it, and not a handler of Rekor's. */
function isBinding(code: number, message: string): boolean {
  return code >= 600 || message.startsWith('parsing ');
}
