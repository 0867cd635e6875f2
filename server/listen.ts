import {
  IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
  type ServerOptions,
  ServerResponse,
  createServer,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { limitConnections } from './connections.ts';
import { systemCode } from '../base/system-error.ts';
import { ListenRefused } from './failures.ts';
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
  /** Gives all requests from now on to the application. */
  serve(app: Express): void;
  /** Reads the TLS files anew, for connections from now on; false if there are none. @throws ListenRefused, and the old ones stay */
  reloadTls(): boolean;
  /** Takes no more connections, and resolves when the open requests are answered or `patience` milliseconds are over. */
  stop(patience: number): Promise<void>;
}

/**
 * Times in milliseconds, sizes in bytes. A whole request may take 30 s and a connection may be idle for 10 s, as in genuine
 * Rekor: rekor-v1 §1.4. Headers are held for every connection before there is a request to count, so they have less
 * time and less room than there: `maxConnections` of them have 64 MiB.
 */
const LIMITS: ServerOptions = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: false, // the application answers it, with a body
};

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

/** Binds the port, before the log is opened or begun: another process may have it. @param warn - told when connections are closed for others @throws ListenRefused */
export async function listen(settings: ListenSettings, warn: (sentence: string) => void): Promise<Listener> {
  const tls = readTls(settings);
  const classes = new MessageClasses();
  const options: ServerOptions = {
    ...LIMITS,
    IncomingMessage: classes.IncomingMessage,
    ServerResponse: classes.ServerResponse,
  };
  const http =
    tls === undefined ? createServer(options) : createTlsServer({ ...options, handshakeTimeout: HANDSHAKE_MS, ...tls });
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
  await bind(http, settings.listen);
  return {
    http,
    serve(app) {
      classes.use(app);
      trusts = app.get('trust proxy fn') as typeof trusts;
      http.off('request', answerWhileOpening).on('request', app);
      http.maxConnections = Infinity;
    },
    reloadTls() {
      const renewed = readTls(settings);
      if (renewed !== undefined) (http as TlsServer).setSecureContext(renewed);
      return renewed !== undefined;
    },
    stop(patience) {
      open.keepNone();
      return close(http, patience);
    },
    [Symbol.asyncDispose]: () => close(http, 0),
  };
}

const answerWhileOpening: RequestListener = ({ url }, response) => {
  const [status, type, text] =
    url === '/healthz'
      ? ([200, 'application/json', `${JSON.stringify(SERVING)}\n`] as const)
      : ([503, 'application/json', '{"code":503,"message":"the log is being opened: try again soon"}\n'] as const);
  response.writeHead(status, { 'Content-Type': type, 'Retry-After': '1', Connection: 'close' }).end(text);
};

async function bind(http: HttpServer, { host, port }: ListenSettings['listen']): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen({ port, host }, () => {
        http.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new ListenRefused(`cannot listen on ${host ?? ''}:${port}: ${bindingFault(error)}`);
  }
}

const NO_SUCH_ADDRESS =
  'no interface of this machine has this address. Name one that it has with --listen HOST:PORT, such as 127.0.0.1';
const BINDING_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process has this port. Stop that process, or choose another port with --listen HOST:PORT',
  EACCES: 'this user may not bind this port. Choose one from 1024 on with --listen HOST:PORT',
  EADDRNOTAVAIL: NO_SUCH_ADDRESS,
  ENOTFOUND: NO_SUCH_ADDRESS,
};

function bindingFault(error: unknown): string {
  const known = BINDING_FAULTS[systemCode(error) ?? ''];
  return known ?? `${error instanceof Error ? error.message : String(error)}. Choose another with --listen HOST:PORT`;
}

async function close(server: HttpServer, patience: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 50); // those that were busy when we began to close
  const late = setTimeout(() => server.closeAllConnections(), patience);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

export function addressOf(server: HttpServer): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
