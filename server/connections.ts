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
  /** Those that have no whole answer yet, oldest first. */
  readonly unanswered: Set<Unanswered>;
}

interface Unanswered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Time that earlier answers of a connection may take before it ends without the one that waits for them, in milliseconds. */
const EARLIER_MS = 60_000;

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
  #refused = 0;
  #ended = 0;
  readonly #unparsed = new Map<number, number>();
  #warned = false;
  #leaving = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Connections that are open. */
  get count(): number {
    return this.#count;
  }

  /** Connections that were closed at once, because no other could make room. */
  get refused(): number {
    return this.#refused;
  }

  /** Requests that could not be parsed, by the status that they were answered. */
  get unparsed(): ReadonlyMap<number, number> {
    return this.#unparsed;
  }

  /** A request that could not be parsed is answered. */
  countUnparsed(status: number): void {
    this.#unparsed.set(status, (this.#unparsed.get(status) ?? 0) + 1);
  }

  /** Connections that were closed to make room. */
  get ended(): number {
    return this.#ended;
  }

  admit(socket: Socket): void {
    const address = addressBlock(socket.remoteAddress ?? '');
    if (!this.#hasRoom(address)) {
      this.#refused += 1;
      socket.destroy();
      return;
    }
    const connection: Connection = { socket, address, unanswered: new Set() };
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
    const one = { request, response };
    connection.unanswered.add(one);
    if (this.#leaving) endWithNewest(connection);
    response.once('close', () => connection.unanswered.delete(one));
  }

  /**
   * Has each connection end with its next answer, which says so: a client that was let send on would do so at the moment in
   * which its connection is closed, and could not know whether that request was taken.
   */
  keepNone(): void {
    this.#leaving = true;
    for (const connections of this.#byAddress.values()) for (const connection of connections) endWithNewest(connection);
  }

  /**
   * Calls `run` once all whole requests of the connection are answered: what it sends before would be taken for the answer
   * to one of them. One that is not whole is never going to be. Where that takes too long, the connection ends.
   */
  afterAnswers(socket: Socket, run: () => void): void {
    const unanswered = this.#bySocket.get(socket)?.unanswered.values().toArray() ?? [];
    const last = unanswered.findLast(({ request }) => request.complete);
    const broken = unanswered.find(({ request }) => !request.complete);
    const answer = (): void => {
      if (broken?.response.headersSent === true) socket.destroySoon();
      else run();
    };
    if (last === undefined) return answer();
    const late = setTimeout(() => socket.destroy(), EARLIER_MS).unref();
    last.response.once('close', () => {
      clearTimeout(late);
      answer();
    });
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
      if (connection.unanswered.values().some(({ request }) => request.complete)) continue; // accepted: it gets its answer
      this.#remove(connection);
      this.#ended += 1;
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

/** The answer to the newest request is the last: those before it that were sent without waiting are answered as well. */
function endWithNewest({ unanswered }: Connection): void {
  const responses = [...unanswered].map(({ response }) => response).filter(({ headersSent }) => !headersSent);
  for (const response of responses) response.shouldKeepAlive = response !== responses.at(-1);
}

const endpointOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
