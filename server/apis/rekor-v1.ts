import type { Request } from 'express';
import { type Answer, BUG, bindingError, handlerError } from '../http/answer.ts';
import { announcesBody, hasBody, readBody } from '../http/body.ts';
import { mediaType, negotiate } from '../http/negotiate.ts';
import { isKnown, type KnownFailure, v1ResponseTo } from '../http/failure-responses.ts';
import { missing } from '../http/read.ts';
import type { RequestRules, ApiFormat } from './format.ts';

const NO_BODY = new Uint8Array();

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

  async readBody(request: Request, { body: parameter }: RequestRules, most, lease) {
    if (parameter === undefined) return NO_BODY;
    const body = hasBody(request) ? await readBody(request, most, lease) : NO_BODY;
    if (body.length === 0) throw missing(parameter, 'body');
    return body;
  },

  renderFailure(thrown, accepted) {
    return isKnown(thrown) ? asAccepted(answerTo(thrown), accepted) : undefined;
  },

  internalError: BUG,

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
