import { constants } from 'node:crypto';
import {
  IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
  type ServerOptions,
  ServerResponse,
  createServer,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { Express } from 'express';
import { bind, close, REQUEST_LIMITS } from './bind.ts';
import { limitConnections, type OpenConnections } from './connections.ts';
import { hasBody } from './http/body.ts';
import { discardRest } from './http/discard.ts';
import { SERVING } from './routes/service.ts';
import { answerUnparsed } from './unparsed-requests.ts';
import { readTls, type TlsFiles } from './tls.ts';

export interface ListenSettings extends TlsFiles {
  readonly listen: { readonly host: string | undefined; readonly port: number };
  readonly maxConnections: number;
  /** Of those, how many one address may have. */
  readonly maxConnectionsPerAddress: number;
}

/** A port that is bound. Until `serve` is called, every request but `/healthz` is answered 503. */
export interface Listener extends AsyncDisposable {
  readonly http: HttpServer;
  readonly connections: Pick<OpenConnections, 'count' | 'refused' | 'ended' | 'unparsed'>;
  /** Gives all requests from now on to the application. */
  serve(app: Express): void;
  /** Reads the TLS files anew, for connections from now on; false if there are none. @throws ListenRefused, and the old ones stay */
  reloadTls(): boolean;
  /** Takes no more connections, and resolves when the open requests are answered or `drainMs` milliseconds are over. */
  stop(drainMs: number): Promise<void>;
}

/** Time that a client has to agree on TLS, in milliseconds. Before that no other time-out runs. */
const HANDSHAKE_MS = 10_000;

/** Connections at one time while the log opens: each is answered and closed. */
const MAX_CONNECTIONS_WHILE_OPENING = 100;

/**
 * Classes of requests and answers. Express gives each of them a prototype of its own; those that are made with it keep the
 * shape that V8 has compiled for.
 */
class MessageClasses {
  readonly IncomingMessage = constructible(IncomingMessage);
  readonly ServerResponse = constructible(ServerResponse);

  use({ request, response }: Express): void {
    this.IncomingMessage.prototype = request;
    this.ServerResponse.prototype = response;
  }
}

/** A constructor whose prototype can be set, as that of a class cannot. */
function constructible<Class extends typeof IncomingMessage | typeof ServerResponse>(base: Class): Class {
  function Message(...args: unknown[]): object {
    return Reflect.construct(base, args, Message) as object;
  }
  Message.prototype = base.prototype as object;
  return Message as unknown as Class;
}

/**
 * Has clients asked for certificates, which the gate judges: a handshake refuses none. Without tickets, because a connection that
 * is resumed by one has no certificates but the client's own.
 */
function asking(authorities: (() => readonly string[]) | undefined): TlsOptions {
  if (authorities === undefined) return {};
  const ca = [...authorities()];
  return { requestCert: true, rejectUnauthorized: false, ca, secureOptions: constants.SSL_OP_NO_TICKET };
}

/** @throws ListenRefused */
function serverFor(settings: TlsFiles, classes: MessageClasses, asked: TlsOptions): HttpServer {
  const { IncomingMessage: Asked, ServerResponse: Answered } = classes;
  const options: ServerOptions = { ...REQUEST_LIMITS, IncomingMessage: Asked, ServerResponse: Answered };
  const tls = readTls(settings);
  if (tls === undefined) return createServer(options);
  return createTlsServer({ ...options, handshakeTimeout: HANDSHAKE_MS, ...tls, ...asked });
}

/**
 * Binds the port, before the log is opened or begun: another process may have it.
 *
 * @param warn - told when connections are closed for others
 * @param authorities - PEM, whose client certificates are asked for; undefined where none are
 * @throws ListenRefused
 */
export async function listen(
  settings: ListenSettings,
  warn: (sentence: string) => void,
  authorities?: () => readonly string[],
): Promise<Listener> {
  const classes = new MessageClasses();
  const http = serverFor(settings, classes, asking(authorities));
  http.on('request', answerWhileOpening);
  http.maxConnections = MAX_CONNECTIONS_WHILE_OPENING;
  let trusts = (_address: string, _hop: number): boolean => false;
  const open = limitConnections(http, {
    total: settings.maxConnections,
    perAddress: settings.maxConnectionsPerAddress,
    isProxy: (address) => trusts(address, 0),
    warn,
  });
  answerUnparsed(http, open);
  await bind(http, settings.listen, '--listen');
  return {
    http,
    connections: open,
    serve(app) {
      classes.use(app);
      trusts = app.get('trust proxy fn') as typeof trusts;
      http.off('request', answerWhileOpening).on('request', app);
      http.maxConnections = Infinity;
    },
    reloadTls() {
      const renewed = readTls(settings);
      if (renewed !== undefined) (http as TlsServer).setSecureContext({ ...renewed, ...asking(authorities) });
      return renewed !== undefined;
    },
    stop(drainMs) {
      open.keepNone();
      return close(http, drainMs);
    },
    [Symbol.asyncDispose]: () => close(http, 0),
  };
}

/** Ends behind what is still to come of the request: to close before would lose the answer. */
const answerWhileOpening: RequestListener = (request, response) => {
  const [status, type, text] =
    request.url === '/healthz'
      ? ([200, 'application/json', `${JSON.stringify(SERVING)}\n`] as const)
      : ([503, 'application/json', '{"code":503,"message":"the log is being opened: try again soon"}\n'] as const);
  const length = { 'Content-Length': text.length };
  response.writeHead(status, { ...length, 'Content-Type': type, 'Retry-After': '1', Connection: 'close' }).write(text);
  if (hasBody(request)) void discardRest(request).then(() => response.end());
  else response.end();
};
