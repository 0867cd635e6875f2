import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that serves another server below a path, as nginx does with `location /stele/ { proxy_pass http://…/; }`. */
export interface PrefixProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/stele/` */
  readonly base: string;
  /** Paths that were asked for, with the prefix, and the statuses they got; 404 outside the prefix. */
  readonly seen: readonly (readonly [string, number])[];
}

const PREFIX = '/stele/';

/** @param target - `http://127.0.0.1:<port>` */
export async function openPrefixProxy(target: string): Promise<PrefixProxy> {
  const seen: (readonly [string, number])[] = [];
  const server = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    const finish = (status: number): void => {
      seen.push([url, status]);
    };
    if (!url.startsWith(PREFIX)) {
      finish(404);
      outgoing.writeHead(404).end();
      return;
    }
    const passed = request(target, { method, headers, path: url.slice(PREFIX.length - 1) }, (answer) => {
      finish(answer.statusCode ?? 0);
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
