import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Pipelined requests (RFC 9112 §9.3.2) that may wait for the one in work; with one more, the connection ends. */
export const MAX_WAITING_REQUESTS = 32;

interface Connection {
  /** Whether a request is in work, or its answer not yet with the system. */
  isBusy: boolean;
  readonly waiting: (() => void)[];
}

/**
 * Has one request in work on each connection: an answer is made once the one before it has been taken, so that one
 * sender costs the memory of one answer, whatever it sends and does not read. While requests wait, nothing more is read
 * of the connection than what has come already (at most 64 KiB).
 */
export class ConnectionTurns {
  readonly #connections = new WeakMap<Socket, Connection>();

  /** Calls `begin` once the connection's earlier requests are over; never if it ends before. */
  take(socket: Socket, response: ServerResponse, begin: () => void): void {
    const connection = this.#connectionOf(socket);
    const run = (): void => {
      response.once('close', () => next(socket, connection));
      begin();
    };
    if (!connection.isBusy) {
      connection.isBusy = true;
      run();
    } else if (connection.waiting.length < MAX_WAITING_REQUESTS) {
      connection.waiting.push(run);
      socket.pause();
    } else socket.destroy();
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = { isBusy: false, waiting: [] };
    this.#connections.set(socket, connection);
    return connection;
  }
}

/** Begins the request that has waited longest. The last one may have a body that is still to come. */
function next(socket: Socket, connection: Connection): void {
  const run = socket.destroyed ? undefined : connection.waiting.shift();
  connection.isBusy = run !== undefined;
  if (run === undefined) return void connection.waiting.splice(0);
  if (connection.waiting.length === 0) socket.resume();
  run();
}
