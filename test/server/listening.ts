import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Log } from '../../log/types.ts';
import { addressOf } from '../../server/bind.ts';
import { listen } from '../../server/listen.ts';
import { type Variant, variantOf } from './variants.ts';

export interface Limits {
  readonly maxConnections?: number;
  readonly maxConnectionsPerAddress?: number;
}

/** The app behind the server that `npm start` makes. */
export async function serveApp(log: Log, limits: Limits = {}, variant: Variant = {}) {
  const warnings: string[] = [];
  const where = { listen: { host: '127.0.0.1', port: 0 }, tlsCert: undefined, tlsKey: undefined };
  const settings = { ...where, maxConnections: 100, maxConnectionsPerAddress: 100, ...limits };
  const listener = await listen(settings, (sentence) => warnings.push(sentence));
  listener.serve(variantOf(log, variant));
  const port = Number(addressOf(listener.http).split(':').at(-1));
  const sockets: Socket[] = [];
  /** A connection from `from` that sends `text`, and what comes back on it. */
  const open = async (text = '', from = '127.0.0.1') => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    const connection = { socket, seen: '', closed: false };
    socket.on('data', (chunk) => (connection.seen += chunk.toString()));
    socket.on('error', () => undefined).on('close', () => (connection.closed = true));
    sockets.push(socket);
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    return connection;
  };
  const dispose = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await listener[Symbol.asyncDispose]();
  };
  return { open, warnings, [Symbol.asyncDispose]: dispose };
}
