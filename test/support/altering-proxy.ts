import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An answer of the real server, to be passed on as it is or otherwise. */
export interface RealAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Another answer; undefined passes the real one on. A function writes the response itself. */
export type Altered = Partial<RealAnswer> | ((response: ServerResponse) => void) | undefined;

/** @param path - with its query */
export type Alter = (path: string, answer: RealAnswer, request: IncomingMessage) => Altered | Promise<Altered>;

/** A server that answers as another does, but for what `alter` makes of it. */
export interface AlteringProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, a new one for each way to alter answers. */
  lying(alter: Alter): Promise<string>;
}

/** Headers that are about the bytes of the real answer. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
]);

/** @param target - `http://127.0.0.1:<port>` */
export function openAlteringProxy(target: string): AlteringProxy {
  const servers: ReturnType<typeof createServer>[] = [];
  const answer = async (alter: Alter, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '/', method = 'GET' } = request;
    const body = await buffer(request);
    const { accept } = request.headers;
    const headers = {
      'content-type': request.headers['content-type'] ?? 'application/json',
      ...(accept !== undefined && { accept }),
    };
    const real = await fetch(`${target}${url}`, { method, headers, ...(method === 'POST' && { body }) });
    const kept = [...real.headers].filter(([name]) => !OWN_HEADERS.has(name));
    const answered = {
      status: real.status,
      headers: Object.fromEntries(kept),
      body: Buffer.from(await real.arrayBuffer()),
    };
    const altered = await alter(url, answered, request);
    if (typeof altered === 'function') return altered(response);
    const { status, headers: sent, body: content } = { ...answered, ...altered };
    response.writeHead(status, { ...sent, 'content-length': content.length }).end(content);
  };
  return {
    lying: async (alter) => {
      const server = createServer(
        (request, response) => void answer(alter, request, response).catch(() => response.destroy()),
      );
      servers.push(server);
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
    },
  };
}
