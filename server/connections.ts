import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressBlock } from './http/address-block.ts';

export interface ConnectionLimits {
  /** Open connections. */
  readonly total: number;
  /** Of one address, or one IPv6 network of 64 bits. */
  readonly perAddress: number;
  /** Whether the address stands for many clients, and has no limit of its own. */
  readonly isProxy: (address: string) => boolean;
  /** Told at most once a minute. */
  readonly warn: (sentence: string) => void;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** The newest that has no whole answer yet, and its answer. */
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
}

/** Time between two warnings, in milliseconds. */
const WARNING_MS = 60_000;

/**
 * Holds the connections of a server within limits. A new connection is never refused for the sake of one that does nothing:
 * the oldest without a whole request makes room, be it idle, or still sending headers or a body. Of all connections,
 * those of the address that has most are looked at first.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): OpenConnections {
  const open = new OpenConnections(limits);
  server.on('connection', (socket: Socket) => open.admit(socket));
  server.on('secureConnection', (socket: Socket) => open.secure(socket)); // by which requests over TLS arrive
  server.on('request', (request: IncomingMessage, response: ServerResponse) => open.serve(request, response));
  return open;
}

/** The connections of a server, and what is in work on each. */
export class OpenConnections {
  readonly #limits: ConnectionLimits;
  /** In the order in which they were opened. */
  readonly #byAddress = new Map<string, Set<Connection>>();
  readonly #byEndpoint = new Map<string, Connection>();
  readonly #bySocket = new WeakMap<Socket, Connection>();
  #count = 0;
  #warned = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  admit(socket: Socket): void {
    const address = addressBlock(socket.remoteAddress ?? '');
    if (!this.#hasRoom(address)) {
      socket.destroy();
      return;
    }
    const connection: Connection = { socket, address, request: undefined, response: undefined };
    const mates = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, mates.add(connection));
    this.#bySocket.set(socket, connection);
    const endpoint = endpointOf(socket);
    this.#byEndpoint.set(endpoint, connection);
    this.#count += 1;
    socket.once('close', () => {
      this.#remove(connection);
      if (this.#byEndpoint.get(endpoint) === connection) this.#byEndpoint.delete(endpoint);
    });
  }

  /** A TLS socket is another object than the connection it came over, from the same endpoint. */
  secure(socket: Socket): void {
    const connection = this.#byEndpoint.get(endpointOf(socket));
    if (connection !== undefined) this.#bySocket.set(socket, connection);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#bySocket.get(request.socket);
    if (connection === undefined) return;
    connection.request = request;
    connection.response = response;
    response.once('close', () => {
      if (connection.request !== request) return;
      connection.request = undefined;
      connection.response = undefined;
    });
  }

  /** Calls `run` once all whole requests of the connection are answered. One that is not whole is never going to be. */
  afterAnswers(socket: Socket, run: () => void): void {
    const { request, response } = this.#bySocket.get(socket) ?? {};
    if (request?.complete === true) response?.once('close', run);
    else if (response?.headersSent === true) socket.destroySoon();
    else run();
  }

  #hasRoom(address: string): boolean {
    const { total, perAddress, isProxy } = this.#limits;
    const mates = this.#byAddress.get(address);
    if (mates !== undefined && mates.size >= perAddress && !isProxy(address)) {
      this.#warn(`${address} has ${mates.size} connections, and may have no more: --max-connections-per-address`);
      return this.#endOldest(mates);
    }
    if (this.#count < total) return true;
    this.#warn(`${this.#count} connections are open, and there may be no more: --max-connections`);
    return this.#endOldest(this.#largest());
  }

  #largest(): ReadonlySet<Connection> {
    let found: ReadonlySet<Connection> = new Set();
    for (const connections of this.#byAddress.values()) if (connections.size > found.size) found = connections;
    return found;
  }

  #endOldest(connections: ReadonlySet<Connection>): boolean {
    for (const connection of connections) {
      if (connection.request?.complete === true) continue; // accepted: it gets its answer
      this.#remove(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  #remove(connection: Connection): void {
    const mates = this.#byAddress.get(connection.address);
    if (mates?.delete(connection) !== true) return;
    if (mates.size === 0) this.#byAddress.delete(connection.address);
    this.#count -= 1;
  }

  #warn(sentence: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#limits.warn(sentence);
    setTimeout(() => (this.#warned = false), WARNING_MS).unref();
  }
}

const endpointOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
