import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Server } from './s3-server.ts';

/** Takes one request in place of the store, or behind what the store does. */
export type Fault = (
  request: IncomingMessage,
  response: ServerResponse,
  /** Does what was asked, and returns the status it would answer. */
  act: () => { readonly status: number; readonly body: Buffer },
) => Promise<void> | void;

/**
 * An object store in memory, for faults that a real one cannot be made to have, and for machines that have no real one. It
 * knows nothing of signatures.
 */
export interface S3StandIn extends Omit<S3Server, 'kill' | 'start'> {
  readonly objects: Map<string, Buffer>;
  /** For the next requests that `fits` takes, one for each. */
  fail(fits: (request: IncomingMessage) => boolean, ...faults: readonly Fault[]): void;
  readonly seen: readonly string[];
}

export interface StandInRules {
  /** As s3rver has it: every PUT is taken. */
  readonly ignoresConditions?: boolean;
}

export async function startStandIn({ ignoresConditions = false }: StandInRules = {}): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>();
  const faults: { readonly fits: (request: IncomingMessage) => boolean; readonly fault: Fault }[] = [];
  const seen: string[] = [];

  const act = (request: IncomingMessage, body: Buffer): { readonly status: number; readonly body: Buffer } => {
    const url = new URL(request.url ?? '/', 'http://store');
    const key = decodeURIComponent(url.pathname).replace(/^\/log\//, '');
    if (request.method === 'PUT') {
      if (objects.has(key) && request.headers['if-none-match'] === '*' && !ignoresConditions)
        return error(412, 'PreconditionFailed');
      objects.set(key, body);
      return { status: 200, body: Buffer.of() };
    }
    if (request.method === 'DELETE') return { status: objects.delete(key) ? 204 : 204, body: Buffer.of() };
    if (url.searchParams.has('list-type')) return { status: 200, body: listing(url.searchParams, objects) };
    const found = objects.get(key);
    return found === undefined ? error(404, 'NoSuchKey') : { status: 200, body: found };
  };

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    seen.push(`${request.method} ${request.url}`);
    const at = faults.findIndex(({ fits }) => fits(request));
    const [planned] = at < 0 ? [] : faults.splice(at, 1);
    if (planned !== undefined) return planned.fault(request, response, () => act(request, body));
    const { status, body: said } = act(request, body);
    response.writeHead(status, { 'content-type': 'application/xml', 'content-length': said.length }).end(said);
  };
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    base,
    bucket: 'log',
    env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: base },
    objects,
    seen,
    fail: (fits, ...all) => faults.push(...all.map((fault) => ({ fits, fault }))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function listing(query: URLSearchParams, objects: ReadonlyMap<string, Buffer>): Buffer {
  const prefix = query.get('prefix') ?? '';
  const names = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const some = names.slice(0, Number(query.get('max-keys') ?? 1000));
  const contents = some.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  return Buffer.from(`<?xml version="1.0"?><ListBucketResult>${contents}</ListBucketResult>`);
}

function error(status: number, code: string) {
  return { status, body: Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`) };
}

/** Answers with an error of S3, and does nothing. */
export const refusing =
  (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Fault =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(error(status, code).body);

/** Does what was asked, and cuts the connection. */
export const swallowing: Fault = (_request, response, act) => {
  act();
  response.destroy();
};

/** Does what was asked, and answers so many milliseconds later. */
export const delaying =
  (ms: number): Fault =>
  async (_request, response, act) => {
    const { status, body } = act();
    await sleep(ms);
    response.writeHead(status, { 'content-length': body.length }).end(body);
  };

/** Answers with half of the body, and cuts the connection. */
export const halving: Fault = (_request, response, act) => {
  const { status, body } = act();
  response.writeHead(status, { 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
};
