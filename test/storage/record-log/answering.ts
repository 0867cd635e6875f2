import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers everything alike. */
export async function openAnswering(
  status: number,
  body: string | (() => string),
): Promise<AsyncDisposable & { readonly base: string }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(typeof body === 'string' ? body : body());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
