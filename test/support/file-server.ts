import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** A web server that knows nothing but files. */
export interface FileServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
}

/** Serves the files below a folder; 404 for everything else. */
export async function serveFiles(folder: string): Promise<FileServer> {
  const server = createServer(({ url = '', method }, response) => {
    const file = join(folder, normalize(new URL(url, 'http://a').pathname));
    const isFile = method === 'GET' && existsSync(file) && statSync(file).isFile();
    response.writeHead(isFile ? 200 : 404).end(isFile ? readFileSync(file) : 'not found');
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
