import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { Send } from '../../client/http/transport.ts';
import type { ClientIdentity } from './client-identity.ts';

/** Connections to a log, all in all. */
const MOST_CONNECTIONS = 32;

/** Makes requests by `node:http`: `fetch` has no client certificates. */
export function nodeSend(identity: ClientIdentity | undefined): Send {
  const agents = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
  const plain = new HttpAgent(agents);
  const secure = new HttpsAgent({ ...agents, ...(identity && { cert: identity.certificate, key: identity.key }) });
  return (url, { method, headers, body, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const answered = (answer: IncomingMessage): void => resolve(responseOf(answer));
    const options = { method, headers, signal };
    const asked = url.startsWith('https:')
      ? httpsRequest(url, { ...options, agent: secure }, answered)
      : httpRequest(url, { ...options, agent: plain }, answered);
    asked.on('error', reject).end(body);
    return promise;
  };
}

/** Statuses whose answers have no body. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 502, rawHeaders } = answer;
  const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, i): [string, string] => [
    rawHeaders[2 * i] ?? '',
    rawHeaders[2 * i + 1] ?? '',
  ]);
  if (!WITHOUT_BODY.has(status))
    return new Response(Readable.toWeb(answer) as WebStream<Uint8Array<ArrayBuffer>>, { status, headers: pairs });
  answer.resume();
  return new Response(null, { status, headers: pairs });
}
