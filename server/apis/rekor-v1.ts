import { type Answer, type Headers, json } from '../http/answer.ts';
import { announcesBody, hasBody } from '../http/body.ts';
import { mediaType, negotiate } from '../http/negotiate.ts';
import { isKnown, type KnownFailure, v1ResponseTo } from '../http/failure-responses.ts';
import type { ApiFormat } from './format.ts';

/** Rekor v1, which is go-openapi around Rekor's handlers: rekor-v1 §1.2 to §1.4. */
export const rekorV1: ApiFormat = {
  negotiate(request, { body, produces }) {
    if (body === undefined ? announcesBody(request) : hasBody(request)) {
      const type = mediaType(request.headers['content-type']);
      if (type === 'application/json') return type;
      const text = `unsupported media type ${JSON.stringify(type)}, only [application/json] are allowed`;
      return bindingError(415, text);
    }
    const text = `unsupported media type requested, only [${produces.join(' ')}] are available`;
    return negotiate(request.headers.accept, produces) ?? bindingError(406, text);
  },

  requiresBody: true,

  renderFailure(thrown, accepted) {
    return isKnown(thrown) ? asAccepted(answerTo(thrown), accepted) : undefined;
  },

  internalError: bindingError(500, 'Unknown error'),

  methodNotAllowed(method, methods) {
    const allowed = methods.join(',');
    return bindingError(405, `method ${method} is not allowed, but [${allowed}] are`, { Allow: allowed });
  },
};

function answerTo(failure: KnownFailure): Answer {
  const { status, by, message, headers } = v1ResponseTo(failure);
  return (by === 'binding' ? bindingError : handlerError)(status, message, headers);
}

/**
 * Rekor's handlers send errors as the media type that was agreed on, whatever they are made of: rekor-v1 §8.
 * Its framework, which answers 422 before a handler is asked, sends JSON.
 */
export function asAccepted(answer: Answer, accepted: string): Answer {
  if (answer.status === 422 || accepted !== 'application/x-pem-file' || typeof answer.body?.text !== 'string')
    return answer;
  return { ...answer, body: { type: accepted, text: answer.body.text.trimEnd() } };
}

export interface ErrorBody {
  readonly code: number;
  readonly message: string;
}

/** An error that a handler found: body and status say the same. */
export function handlerError(status: number, message: string, headers?: Headers): Answer {
  return withHeaders({ status, body: json<ErrorBody>({ code: status, message }) }, headers);
}

/**
 * An error found while the request was being read. go-openapi ends these bodies without a newline, escapes `<`, `>` and
 * `&`, and sends its own codes from 600 on as 422: rekor-v1 §0 and §1.3.
 */
export function bindingError(code: number, message: string, headers?: Headers): Answer {
  const escaped = JSON.stringify({ code, message }).replaceAll(/[<>&\u2028\u2029]/g, unicodeEscape);
  return withHeaders({ status: code >= 600 ? 422 : code, body: { type: 'application/json', text: escaped } }, headers);
}

function withHeaders(answer: Answer, headers: Headers | undefined): Answer {
  return headers === undefined ? answer : { ...answer, headers };
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
