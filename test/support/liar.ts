import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An answer of a server. */
export interface Told {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  readonly location?: string;
}

/** Where the honest answers come from. */
export type Source = (path: string, method: string, body: Buffer) => Promise<Told>;

/** Makes another answer of an honest one. */
export type Lie = (path: string, told: Told) => Told | Promise<Told>;

/** A server that answers as another does, but for what `lie` changes. */
export interface Liar extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  /** Paths that were asked for, in their order. */
  readonly asked: string[];
  lie: Lie;
}

export async function openLiar(source: Source): Promise<Liar> {
  const asked: string[] = [];
  const liar = { lie: ((_, told) => told) as Lie };
  const answer = async ({ url = '', method = 'GET' }: IncomingMessage, sent: Buffer): Promise<Told> => {
    asked.push(url);
    return liar.lie(url, await source(url, method, sent));
  };
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { status, type, body, location } = await answer(incoming, await buffer(incoming));
    outgoing.writeHead(status, { 'content-type': type, ...(location !== undefined && { location }) }).end(body);
  };
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return Object.assign(liar, {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}

/** Answers as the server at `base` does. */
export function answersOf(base: string): Source {
  return async (path, method, sent) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const body = method === 'GET' ? {} : { body: Uint8Array.from(sent) };
    const answer = await fetch(`${base}${path}`, { method, headers, redirect: 'manual', ...body });
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
  };
}

/** Answers as a plain file server does: what is there, and 404. @param files - by path, without a slash at the front */
export function answersOfFiles(files: ReadonlyMap<string, Uint8Array>): Source {
  return async (path) => {
    const file = files.get(path.slice(1));
    return file === undefined
      ? { status: 404, type: 'text/html', body: Buffer.from('<html>404</html>') }
      : { status: 200, type: 'application/octet-stream', body: Buffer.from(file) };
  };
}

/** Returns the answer with another body. */
export const withBody = (told: Told, change: (body: Buffer) => Buffer | string): Told => ({
  ...told,
  body: Buffer.from(change(Buffer.from(told.body))),
});
/** Returns the bytes with one of them changed. */
export function flipped(body: Buffer, at = body.length - 1): Buffer {
  body[at] = (body[at] ?? 0) ^ 1;
  return body;
}
/** Lies about the paths that match, and no others. */
export const at =
  (wanted: RegExp, lie: (told: Told) => Told): Lie =>
  (path, told) =>
    wanted.test(path) ? lie(told) : told;
