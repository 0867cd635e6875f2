import type { Request } from 'express';
import { type Answer, BUG, bindingError, handlerError } from '../http/answer.ts';
import { announcesBody, hasBody, readBody } from '../http/body.ts';
import { mediaType, negotiate } from '../http/negotiate.ts';
import { errorHeaders, failureOf, ownNumber, problems } from '../http/problems.ts';
import { missing } from '../http/read.ts';
import type { Asks, Dialect } from './dialect.ts';

const NO_BODY = new Uint8Array();

/** Rekor v1: go-openapi around Rekor's handlers. Contract sections 1.2 to 1.4. */
export const rekorV1: Dialect = {
  agree(request, { body, produces }) {
    if (body === undefined ? announcesBody(request) : hasBody(request)) {
      const type = mediaType(request.headers['content-type']);
      if (type === 'application/json') return type;
      const text = `unsupported media type ${JSON.stringify(type)}, only [application/json] are allowed`;
      return bindingError(415, text);
    }
    const text = `unsupported media type requested, only [${produces.join(' ')}] are available`;
    return negotiate(request.headers.accept, produces) ?? bindingError(406, text);
  },

  async readBody(request: Request, { body: parameter }: Asks, most, lease) {
    if (parameter === undefined) return NO_BODY;
    const body = hasBody(request) ? await readBody(request, most, lease) : NO_BODY;
    if (body.length === 0) throw missing(parameter, 'body');
    return body;
  },

  refuse(thrown, accepted) {
    const failure = failureOf(thrown);
    return failure && asAccepted(answerTo(failure), accepted);
  },

  bug: BUG,

  notAllowed(method, methods) {
    const allowed = methods.join(',');
    return bindingError(405, `method ${method} is not allowed, but [${allowed}] are`, { Allow: allowed });
  },
};

function answerTo({ code, message, failure }: NonNullable<ReturnType<typeof failureOf>>): Answer {
  const { status, by, says } = problems[code].v1;
  const number = status === 'own' ? ownNumber(failure) : status;
  const text = says ?? message;
  if (by === 'binding' || isBinding(number, text)) return bindingError(number, text, errorHeaders(number));
  return handlerError(number, text, errorHeaders(number));
}

/** Whether go-openapi says it, and not a handler of Rekor's. */
function isBinding(code: number, message: string): boolean {
  return code >= 600 || message.startsWith('parsing ');
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
