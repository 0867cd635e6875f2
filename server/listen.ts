import { readFileSync } from 'node:fs';
import {
  IncomingMessage,
  type Server as HttpServer,
  type ServerOptions,
  ServerResponse,
  createServer,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface ListenSettings {
  readonly listen: { readonly host: string | undefined; readonly port: number };
  /** PEM files: a certificate chain and its key, both or none. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
}

/** As genuine Rekor has them: contract section 1.4. */
const LIMITS: ServerOptions = {
  requestTimeout: 30_000,
  headersTimeout: 30_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 1_000_000,
};

/** Express gives each request and each answer a prototype of its own. Those that are born with it keep the shape that V8 has compiled for. */
function classesOf({ request, response }: Express): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  return { IncomingMessage: bornAs(IncomingMessage, request), ServerResponse: bornAs(ServerResponse, response) };
}

function bornAs<Class extends typeof IncomingMessage | typeof ServerResponse>(base: Class, prototype: object): Class {
  function Born(...args: unknown[]): object {
    return Reflect.construct(base, args, Born) as object;
  }
  Born.prototype = prototype;
  return Born as unknown as Class;
}

/** Resolves once the server takes connections. */
export async function listen(app: Express, { listen: { host, port }, tlsCert, tlsKey }: ListenSettings) {
  const options = { ...LIMITS, ...classesOf(app) };
  const server =
    tlsCert !== undefined && tlsKey !== undefined
      ? createTlsServer({ ...options, cert: readFileSync(tlsCert), key: readFileSync(tlsKey) }, app)
      : createServer(options, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Takes no more connections, and resolves when the open requests are answered or `patience` milliseconds are over. */
export async function close(server: HttpServer, patience: number): Promise<void> {
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
