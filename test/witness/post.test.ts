import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Post, postOver, WitnessUnreachable } from '../../witness/post.ts';

const TIMEOUT_MS = 60_000; // milliseconds: no test waits so long
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((closed) => (server === undefined ? closed(undefined) : server.close(closed)));
  server = undefined;
});

/** Returns the response of a server that behaves so. */
async function posted(listener: RequestListener, patience = TIMEOUT_MS, enough = new AbortController().signal) {
  server = createServer(listener);
  await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return postOver(fetch, patience)(`http://127.0.0.1:${port}/prefix/add-checkpoint`, 'old 0\n\n\u2014\n', enough);
}

async function refusal(answer: ReturnType<Post>): Promise<string> {
  const refused: unknown = await answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(WitnessUnreachable);
  return (refused as Error).message;
}

describe('rekor-v2 §5.1: a request to a witness', () => {
  it('is a POST of the text as it stands, below the path of the prefix', async () => {
    const seen: string[] = [];
    const { status, type, body } = await posted((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
        response.writeHead(409, { 'Content-Type': 'Text/X.Tlog.Size; a=b' }).end('7\n');
      });
    });
    expect(seen).toEqual(['POST /prefix/add-checkpoint old 0\n\n\u2014\n']);
    expect([status, type, Buffer.from(body).toString()]).toEqual([409, 'text/x.tlog.size', '7\n']);
  });
  it('that is answered without a type or a body has none', async () => {
    const answer = await posted((_request, response) => void response.writeHead(200).end());
    expect([answer.status, answer.type, answer.body.length]).toEqual([200, '', 0]);
  });
});

describe('decision 12: a witness that does not behave is not waited for', () => {
  it('no answer', async () => {
    expect(await refusal(posted(() => undefined, 60))).toBe('gives no answer within 60 ms');
  });
  it('an answer that never ends', async () => {
    const drip: RequestListener = (_request, response) => void response.writeHead(200).write('\u2014 w ');
    expect(await refusal(posted(drip, 200))).toBe('gives no answer within 200 ms');
  });
  it('an answer without end, of which no more is read than any has', async () => {
    let sent = 0;
    const flood: RequestListener = (_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(4096))) sent += 4096;
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    };
    expect(await refusal(posted(flood))).toBe('answers with more than 65536 bytes');
    expect(sent).toBeLessThan(2 ** 26);
  });
  it('a connection that is cut', async () => {
    const cut: RequestListener = (request) => void request.socket.destroy();
    expect(await refusal(posted(cut))).toMatch(/^cannot be reached: /);
  });
  it('a redirection, which would take the log’s word elsewhere', async () => {
    const away: RequestListener = (_request, response) =>
      void response.writeHead(307, { Location: 'http://127.0.0.1:9/' }).end();
    expect(await refusal(posted(away))).toBe('cannot be reached: unexpected redirect');
  });
  it('another protocol', async () => {
    const upgrade: RequestListener = ({ socket }) =>
      void socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    expect(await refusal(posted(upgrade))).toMatch(/^cannot be reached: (?!undefined|fetch failed)\S/);
  });
  it('nobody who listens', async () => {
    const post = postOver(fetch, TIMEOUT_MS);
    server = createServer();
    await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server?.close(closed));
    server = undefined;
    const answer = post(`http://127.0.0.1:${port}/add-checkpoint`, '', new AbortController().signal);
    expect(await refusal(answer)).toBe('cannot be reached: ECONNREFUSED');
  });
  it('an answer that nobody wants any more', async () => {
    const enough = new AbortController();
    const answer = posted(() => enough.abort(), TIMEOUT_MS, enough.signal);
    expect(await refusal(answer)).toMatch(/abort/i);
  });
});
