import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Express } from 'express';
import supertest from 'supertest';
import { validateAnswer } from './validate.ts';

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, byte for byte. */
  readonly text: string;
}

export interface RawAnswer extends Asked {
  readonly bytes: Buffer;
}

export type RequestHeaders = Readonly<Record<string, string>>;

/** Asks an app over HTTP, and checks every answer against the OpenAPI document. */
export interface Asking extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  get(path: string, headers?: RequestHeaders): Promise<Asked>;
  /** @param body - sent as it stands if it is text, else as JSON */
  post(path: string, body: unknown, headers?: RequestHeaders): Promise<Asked>;
  send(method: string, path: string, headers?: RequestHeaders, body?: string): Promise<Asked>;
  /**
   * Sends a request that no client library would send: the path as it stands here, and no header that does not stand
   * here.
   */
  raw(method: string, path: string, headers?: RequestHeaders, body?: string | Uint8Array): Promise<RawAnswer>;
}

/** Front of a target in absolute form: RFC 9112 §3.2.2. */
const ABSOLUTE_TARGET = /^https?:\/\/[^/]*(?=\/)/;

export async function askOf(app: Express): Promise<Asking> {
  const server = createServer(app);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function send(method: string, path: string, headers: RequestHeaders = {}, body?: string): Promise<Asked> {
    const test = supertest(base)[method.toLowerCase() as 'get'](path).set(headers).buffer(true).parse(collect);
    const response = await (body === undefined ? test : test.serialize(String).send(body));
    const answer = {
      status: response.status,
      headers: response.headers as Asked['headers'],
      text: typeof response.body === 'string' ? response.body : '',
    };
    validateAnswer({ method, path, ...answer, body: answer.text });
    return answer;
  }

  async function raw(method: string, path: string, headers: RequestHeaders = {}, body: string | Uint8Array = '') {
    const answer = await exchange(base, { method, path, headers }, body);
    const local = path.replace(ABSOLUTE_TARGET, '');
    validateAnswer({ method, path: local, ...answer, body: answer.text, length: answer.bytes.length });
    return answer;
  }

  return {
    base,
    send,
    raw,
    get: (path, headers) => send('GET', path, headers),
    post: (path, body, headers) => {
      const sent = typeof body === 'string' ? body : JSON.stringify(body);
      return send('POST', path, { 'Content-Type': 'application/json', ...headers }, sent);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function exchange(
  base: string,
  options: { readonly method: string; readonly path: string; readonly headers: RequestHeaders },
  body: string | Uint8Array,
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const asked = request(base, options, (response) => {
    const headers = response.headers as Asked['headers'];
    const answered = (bytes: Buffer): void =>
      resolve({ status: response.statusCode ?? 0, headers, bytes, text: bytes.toString() });
    buffer(response).then(answered, reject);
  });
  asked.on('error', reject).end(body);
  return promise;
}

/** superagent's parsers would change bytes. */
function collect(response: unknown, done: (error: Error | null, body: unknown) => void): void {
  const chunks: Buffer[] = [];
  (response as IncomingMessage)
    .on('data', (chunk: string | Buffer) => chunks.push(Buffer.from(chunk as string, 'latin1')))
    .on('end', () => done(null, Buffer.concat(chunks).toString()));
}
