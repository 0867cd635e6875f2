import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../../base/failure.ts';
import { Unreachable } from '../../../client/http/failures.ts';
import { answerTo } from './answer.ts';
import type { Answering } from './asked.ts';
import { RequestRefused } from './failures.ts';
import { operationOf } from './operations.ts';
import { type Reply, replyOfFailure } from './reply.ts';
import { BodyRoom } from './request-body.ts';

/** Requests that are worked on at a time; those that wait for the log to come back among them. */
const MOST_REQUESTS = 512;
const MOST_CONNECTIONS = 1024;
/** Bytes of the bodies of all requests. */
const BODIES_BYTES = 256 * 1024 * 1024;
/** Milliseconds for the head of a request, and for all of it. */
const HEAD_MS = 10_000;
const REQUEST_MS = 60_000;

export interface ServerOptions extends Answering {
  /** Whether only this machine reaches the address: then names of other machines are refused. */
  readonly isLoopback: boolean;
  readonly remark: (sentence: string) => void;
}

/** A server that answers as the log does. It does not listen yet. */
export function proxyServer(options: ServerOptions): Server {
  const room = new BodyRoom(BODIES_BYTES);
  let working = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    working += 1;
    try {
      if (working > MOST_REQUESTS) throw new Unreachable('the proxy has too much to do now: ask again');
      const reply = await room.read(request, (body) => replyTo(options, request, response, body));
      await write(response, request, reply);
    } catch (error) {
      if (!(error instanceof Failure))
        options.remark(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      if (response.headersSent) response.destroy();
      else await write(response, request, replyOfFailure(error, path)).catch(() => response.destroy());
    } finally {
      working -= 1;
    }
  };
  const server = createServer({ headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    void answer(request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** @throws Failure */
async function replyTo(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<Reply> {
  const { method = 'GET', headers, url: target = '' } = request;
  refuseStrangers(request, options.isLoopback);
  if (!target.startsWith('/') || !URL.canParse(`http://proxy${target}`))
    throw new RequestRefused(400, `${JSON.stringify(target.slice(0, 100))} is no path`);
  const url = new URL(`http://proxy${target.replace(/^\/{2,}/, '/')}`);
  url.pathname = onePathOf(url.pathname);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return answerTo(options, operationOf(method, url.pathname), { method, url, headers, body, gone: gone.signal });
}

/** Each operation is known by one spelling of its path: another would be passed on unchecked. */
function onePathOf(path: string): string {
  return path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

/**
 * Pages of other sites do not get at the log with the credentials of this machine: neither by asking its address, nor by
 * having a name of their own lead there.
 *
 * @throws RequestRefused
 */
function refuseStrangers({ headers }: IncomingMessage, isLoopback: boolean): void {
  const { host = '', 'sec-fetch-site': site = 'none' } = headers;
  if (site !== 'none' && site !== 'same-origin')
    throw new RequestRefused(403, 'pages of other sites may not ask this proxy');
  const name = host.replace(/:\d+$/, '');
  if (isLoopback && name !== '' && !/^(localhost|127(\.\d{1,3}){3}|\[[\da-f:.]+\])$/i.test(name))
    throw new RequestRefused(421, `this proxy is not ${JSON.stringify(name.slice(0, 100))}: ask it by its address`);
}

async function write(
  response: ServerResponse,
  { method }: IncomingMessage,
  { status, headers, body }: Reply,
): Promise<void> {
  if (body instanceof Uint8Array) {
    response.writeHead(status, { ...headers, 'content-length': body.length });
    response.end(method === 'HEAD' ? undefined : body);
    return;
  }
  response.writeHead(status, headers);
  await pipeline(Readable.from(body, { objectMode: false }), response);
}
