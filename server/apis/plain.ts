import type { Answer, Headers } from '../http/answer.ts';
import { headersOf, isKnown, responseTo } from '../http/failure-responses.ts';
import type { ApiFormat } from './format.ts';

function text(status: number, sentence: string, headers: Headers = {}): Answer {
  const all = { 'Cache-Control': 'no-store', ...headers };
  return { status, headers: all, body: { type: 'text/plain; charset=utf-8', text: `${sentence}\n` } };
}

/**
 * Operations that are no part of Rekor's APIs: tiles and checkpoints as C2SP serves them, witnessing, health. Errors are
 * one line of text.
 */
export const plainText: ApiFormat = {
  negotiate: () => '',
  requiresBody: false,
  renderFailure(thrown) {
    if (!isKnown(thrown)) return undefined;
    return text(responseTo(thrown).plain, thrown.message, headersOf(thrown));
  },
  internalError: text(500, 'internal server error'),
  methodNotAllowed: (method, methods) => text(405, `${method} is not allowed here`, { Allow: methods.join(', ') }),
};
