import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Answer } from './answer.ts';
import type { Target } from './target.ts';

/*
 * Requests that an HTTP server refuses before any application sees it. Both genuine servers stand on Go's net/http, which answers
 * with a line of plain text and closes the connection.
 */

/** A refusal in the words of net/http. */
export function refusal(status: number, reason?: string): Answer {
  const text = `${status} ${STATUS_CODES[status] ?? ''}${reason === undefined ? '' : `: ${reason}`}`;
  return { status, headers: { Connection: 'close' }, body: { type: 'text/plain; charset=utf-8', text } };
}

/** Of a transfer coding other than `chunked` (RFC 9112 §6.1). */
export const UNSUPPORTED_CODING: Answer = {
  ...refusal(501),
  body: { type: 'text/plain; charset=utf-8', text: 'Unsupported transfer encoding' },
};
export const UNSUPPORTED_VERSION: Answer = refusal(505, 'unsupported protocol version');

/** Why a request that was parsed is refused nevertheless; undefined if it is not. */
export function messageRefusal(request: IncomingMessage, { path }: Target): Answer | undefined {
  if (request.httpVersionMajor !== 1) return UNSUPPORTED_VERSION;
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return UNSUPPORTED_CODING;
  if (path.includes('%') && /%(?![0-9A-Fa-f]{2})/.test(path)) return refusal(400);
  return hostRefusal(request) ?? expectationRefusal(request);
}

/** RFC 9110 §10.1.1: nothing but `100-continue` can be expected. Without a body, as by net/http. */
function expectationRefusal({ headers: { expect = '' } }: IncomingMessage): Answer | undefined {
  if (expect === '' || /(?:^|\W)100-continue(?:$|\W)/i.test(expect)) return undefined;
  return { status: 417, headers: { Connection: 'close' } };
}

/** Whether each byte can stand in a host and port: RFC 3986 §3.2.2. */
const HOST = /^[\w!$%&'()*+,.:;=[\]~-]*$/;

/** RFC 9112 §3.2: one `Host` line, and in HTTP/1.0 at most one. Node would take the first of several. */
function hostRefusal({ rawHeaders, headers: { host }, httpVersionMinor }: IncomingMessage): Answer | undefined {
  let lines = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') lines += 1;
  }
  if (lines > 1) return refusal(400, 'too many Host headers');
  if (host === undefined) return httpVersionMinor === 0 ? undefined : refusal(400, 'missing required Host header');
  return HOST.test(host) ? undefined : refusal(400, 'malformed Host header');
}
