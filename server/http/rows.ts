import { type Answer, type Headers, handlerError, json } from './answer.ts';
import type { OperationId } from './operation.ts';

/** What Rekor's framework does around an operation. */
export interface Row {
  /** Media types that it answers with, the default first. Without any, `Accept` is not asked. */
  readonly produces: readonly string[];
  /** Name of its body parameter, which error texts mention. */
  readonly body?: 'proposedEntry' | 'entry' | 'query';
  /** Sent with every answer, errors too. */
  readonly headers?: Headers;
  /** Whether `HEAD` is answered like `GET`, which Rekor's API does not. */
  readonly answersHead?: true;
  /** Answer if the operator has disabled it; undefined where that cannot be. */
  readonly disabled?: Answer;
}

const JSON_ONLY = ['application/json'];
const KEY_TYPES = ['application/x-pem-file', 'application/json'];
const NOTHING: readonly string[] = [];

/** Contract section 1.4. */
const NEVER_CACHE: Headers = {
  'Cache-Control': 'no-cache, no-store, no-transform, must-revalidate, private, max-age=0',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
  Pragma: 'no-cache',
  'X-Accel-Expires': '0',
};

/** Rekor's two tables in one: contract sections 1.1 and 1.2. */
export const rows: { readonly [Op in OperationId]: Row } = {
  createLogEntry: { produces: JSON_ONLY, body: 'proposedEntry', disabled: notEnabled('Create Entry') },
  getLogEntryByIndex: { produces: JSON_ONLY, headers: NEVER_CACHE, disabled: notEnabled('Get Log Entry by Index') },
  getLogEntryByUUID: { produces: JSON_ONLY, headers: NEVER_CACHE, disabled: notEnabled('Get Log Entry by UUID') },
  searchLogQuery: { produces: JSON_ONLY, body: 'entry', disabled: notEnabled('Search Log Query') },
  getLogInfo: {
    produces: JSON_ONLY,
    headers: NEVER_CACHE,
    disabled: { status: 501, body: json('operation tlog.GetLogInfo has not yet been implemented') },
  },
  getPublicKey: { produces: KEY_TYPES, headers: NEVER_CACHE, disabled: notEnabled('Get Public Key') },
  getLogProof: { produces: JSON_ONLY, headers: NEVER_CACHE, disabled: notEnabled('Get Log Proof') },
  searchIndex: { produces: JSON_ONLY, body: 'query', disabled: notEnabled('Search Index') },
  ping: { produces: NOTHING, answersHead: true },
  alive: { produces: NOTHING, answersHead: true },
  ready: { produces: NOTHING, answersHead: true },
};

function notEnabled(name: string): Answer {
  return handlerError(501, `${name} API not enabled in this Rekor instance`);
}

/**
 * Rekor's handlers send errors as the media type that was agreed on, whatever they are made of: contract section 8.
 * Its framework, which answers 422 before a handler is asked, sends JSON.
 */
export function asAccepted(answer: Answer, accepted: string): Answer {
  if (answer.status === 422 || accepted !== 'application/x-pem-file' || typeof answer.body?.text !== 'string')
    return answer;
  return { ...answer, body: { type: accepted, text: answer.body.text.trimEnd() } };
}
