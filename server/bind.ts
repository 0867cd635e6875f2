import type { Server, ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../base/failure.ts';
import { systemCode } from '../base/system-error.ts';

/** The address, the port or the TLS files do not let the server listen. Nothing has been opened or begun. */
export class ListenRefused extends Failure<'listen-refused'> {
  readonly code = 'listen-refused';
}

/** A port of this machine. */
export interface Address {
  /** Undefined for every address of the machine. */
  readonly host: string | undefined;
  /** 0 for any free port. */
  readonly port: number;
}

/**
 * Times in milliseconds, sizes in bytes. A whole request may take 30 s and a connection may be idle for 10 s, as in genuine
 * Rekor: rekor-v1 §1.4. Headers are held for every connection before there is a request to count, so they have less
 * time and less room than there: `maxConnections` of them have 64 MiB.
 */
export const REQUEST_LIMITS: ServerOptions = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: false, // the application answers it, with a body
};

/** @param flag - the setting that says where @throws ListenRefused */
export async function bind(http: Server, { host, port }: Address, flag: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen({ port, host }, () => {
        http.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    throw new ListenRefused(
      `cannot listen on ${host ?? ''}:${port}: ${bindingFault(error).replaceAll('--listen', flag)}`,
    );
  }
}

const NO_SUCH_ADDRESS =
  'no interface of this machine has this address. Name one that it has with --listen HOST:PORT, such as 127.0.0.1';
const BINDING_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another process, or another listener of this one, has this port. Stop that process, or choose another port with --listen HOST:PORT',
  EACCES: 'this user may not bind this port. Choose one from 1024 on with --listen HOST:PORT',
  EADDRNOTAVAIL: NO_SUCH_ADDRESS,
  ENOTFOUND: NO_SUCH_ADDRESS,
};

function bindingFault(error: unknown): string {
  const known = BINDING_FAULTS[systemCode(error) ?? ''];
  return known ?? `${error instanceof Error ? error.message : String(error)}. Choose another with --listen HOST:PORT`;
}

/** Takes no more connections, and resolves when the open requests are answered or `drainMs` milliseconds are over. */
export async function close(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 50); // those that were busy when we began to close
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

/** Where a server listens that has been bound. */
export function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
