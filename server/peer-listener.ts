import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { buffer } from 'node:stream/consumers';
import type { Logger } from '../host/logging/logger.ts';
import type { Settings } from '../host/settings/table.ts';
import type { PlaceDesk, Peers } from '../host/shared/place-desk.ts';
import { addressOf, bind, close, REQUEST_LIMITS } from './bind.ts';
import { limitConnections } from './connections.ts';
import { askPeer } from './ask-peer.ts';

/** Machines of one log, with some connections each. */
const MAX_CONNECTIONS = 256;

/** Bytes of one message, and of all that are being read: an entry may have an attestation of 32 MiB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_BYTES_IN_FLIGHT = 256 * 1024 * 1024;

/** Milliseconds that a connection of another machine may be idle. */
const IDLE_MS = 60_000;

/** The port where other machines of a shared log send their entries. Until `serve` is called, all are told to try again. */
export interface PeerListener extends Peers, AsyncDisposable {
  serve(desk: Pick<PlaceDesk, 'answer'>): void;
}

/** @throws ListenRefused */
export async function listenForPeers(
  { listen, sharedListen }: Pick<Settings, 'listen' | 'sharedListen'>,
  logger: Logger,
): Promise<PeerListener> {
  const warn = (sentence: string): void => logger.warn(sentence);
  const places = new Places(warn);
  const http = createServer({ ...REQUEST_LIMITS, keepAliveTimeout: IDLE_MS }, (request, response) => {
    void places.answer(request, response).catch(() => response.destroy());
  });
  limitConnections(http, { total: MAX_CONNECTIONS, perAddress: MAX_CONNECTIONS, isProxy: () => false, warn });
  const wanted = sharedListen ?? { host: listen.host, port: 0 };
  await bind(http, wanted, '--shared-listen');
  http.unref();
  return {
    address: reachable(addressOf(http)),
    ask: askPeer,
    serve: (desk) => void (places.desk = desk),
    [Symbol.asyncDispose]: () => close(http, 0),
  };
}

/** Other machines cannot reach every address of this one: they are told its name. */
function reachable(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\]):/, `${hostname()}:`);
}

class Places {
  desk: Pick<PlaceDesk, 'answer'> | undefined;
  readonly #warn: (sentence: string) => void;
  #bytes = 0;

  constructor(warn: (sentence: string) => void) {
    this.#warn = warn;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    const refused = this.#refusal(request, length);
    if (refused !== undefined) return end(response, refused);
    this.#bytes += length;
    try {
      const answer = await this.desk?.answer(await buffer(request));
      if (answer === undefined) return end(response, 403);
      const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': answer.length };
      response.writeHead(200, headers).end(answer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn(`a message of another machine could not be answered: ${reason}`);
      end(response, 500);
    } finally {
      this.#bytes -= length;
    }
  }

  #refusal({ method, url }: IncomingMessage, length: number): number | undefined {
    if (method !== 'POST' || url !== '/place') return 404;
    if (Number.isNaN(length)) return 411;
    if (length > MAX_MESSAGE_BYTES) return 413;
    return this.desk === undefined || this.#bytes + length > MAX_BYTES_IN_FLIGHT ? 503 : undefined;
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { Connection: 'close' }).end();
}
