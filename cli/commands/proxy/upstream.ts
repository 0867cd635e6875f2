import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { openTransport, parseAddress, type Send, type Transport } from '../../../client/http/transport.ts';
import type { Credentials } from './credentials.ts';

/** The log behind the proxy, asked with its credentials. */
export interface Upstream {
  readonly transport: Transport;
  /** One request, whose answer is read as it comes. */
  readonly send: Send;
}

/** Connections to the log, all in all: submissions, and what is asked to check answers. */
const MOST_CONNECTIONS = 32;
/** A read is made again once where the connection breaks. */
const RETRIES = 1;

/** Opens connections by `node:http`: `fetch` has no client certificates. @throws MalformedAddress */
export function openUpstream(base: string, credentials: Credentials, timeout: number): Upstream {
  const { root, authorization } = parseAddress(base);
  const send = sendWith(credentials, authorization);
  const headers = { 'user-agent': 'stele-proxy', 'accept-encoding': 'identity' };
  return { transport: openTransport(root, { timeout, retries: RETRIES, headers, send }), send };
}

/** @param basic - credential of the address: in use where there is no token */
function sendWith({ token, certificate: cert, key }: Credentials, basic: string | undefined): Send {
  const agents = { keepAlive: true, maxSockets: MOST_CONNECTIONS };
  const plain = new HttpAgent(agents);
  const secure = new HttpsAgent({ ...agents, ...(cert !== undefined && { cert, key }) });
  return (url, { method, headers, body, signal }) => {
    const bearer = token();
    const authorization = bearer === undefined ? basic : `Bearer ${bearer}`;
    const sent = { ...headers, ...(authorization !== undefined && { authorization }) };
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const answered = (answer: IncomingMessage): void => resolve(responseOf(answer));
    const options = { method, headers: sent, signal };
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
