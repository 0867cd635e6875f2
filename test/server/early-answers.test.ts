import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestLine } from '../../server/http/request-line.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog, type TestLog } from '../support/log.ts';
import { rawConnection, requestHead } from '../support/raw-connection.ts';
import { variantOf } from './variants.ts';

const MIB = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, ' ');
const JSON_TYPE = 'Content-Type: application/json';
const CLOSE = 'Connection: close';
const chunked = (piece: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);

let opened: TestLog;
let asking: Asking;
const lines: RequestLine[] = [];

beforeAll(async () => {
  opened = await openTestLog();
  const report = { request: (line: RequestLine) => void lines.push(line), error: () => undefined };
  asking = await askOf(variantOf(opened.log, { report }));
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

interface Sent {
  /** The error of the sender's system while it was sending; undefined if all could be sent. */
  readonly fault: string | undefined;
  readonly bytes: number;
  /** All that came back. */
  readonly answer: string;
}

/** Sends a whole request, as fast as it goes, and reads nothing before it has sent all. */
async function sendAll(head: string, body: Iterable<Uint8Array>): Promise<Sent> {
  const socket = connect(Number(new URL(asking.base).port), '127.0.0.1');
  let fault: string | undefined;
  let bytes = 0;
  socket.on('error', (error: NodeJS.ErrnoException) => (fault ??= error.code));
  await once(socket, 'connect');
  socket.write(head);
  for (const piece of body) {
    if (fault !== undefined || socket.destroyed) break;
    bytes += piece.length;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
  }
  return { fault, bytes, answer: await readAnswer(socket) };
}

async function readAnswer(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    const [head = '', body] = answer.split('\r\n\r\n');
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? -1);
    if (body?.length === length && /connection: keep-alive/i.test(head)) socket.destroy();
  });
  if (!socket.destroyed) await once(socket, 'close').catch(() => undefined);
  return answer;
}

const pieces = (bytes: number): readonly Uint8Array[] => Array.from({ length: bytes / PIECE.length }, () => PIECE);

const REQUESTS = [
  ['a body that is too long for v1', 413, 'POST', '/api/v1/log/entries', [JSON_TYPE], 100 * MIB],
  ['a body that is too long for v2', 400, 'POST', '/api/v2/log/entries', [JSON_TYPE], 4 * MIB],
  ['a path that is not there', 404, 'POST', '/nothing', [JSON_TYPE], 4 * MIB],
  ['a method that the path has not', 405, 'PUT', '/api/v1/log', [JSON_TYPE], 4 * MIB],
  ['a media type that is not taken', 415, 'POST', '/api/v1/log/entries', ['Content-Type: text/plain'], 4 * MIB],
  ['a body that nothing reads', 200, 'GET', '/api/v1/log', [JSON_TYPE], 4 * MIB],
  ['a body that a bundle does not ask for', 404, 'GET', '/tile/entries/009', [], 4 * MIB],
] as const;

describe('RFC 9112 §9.6: an answer that is made before its request has been read', () => {
  it.each(REQUESTS)(
    'reaches who sends %s, and sends all before reading',
    async (_what, status, method, path, headers, length) => {
      for (const connection of [[CLOSE], []]) {
        const announced = requestHead(method, path, ...headers, ...connection, `Content-Length: ${length}`);
        const open = requestHead(method, path, ...headers, ...connection, 'Transfer-Encoding: chunked');
        const chunks = [...pieces(length).map(chunked), Buffer.from('0\r\n\r\n')];
        for (let round = 0; round < 2; round += 1)
          for (const sent of [await sendAll(announced, pieces(length)), await sendAll(open, chunks)]) {
            expect(sent.fault).toBeUndefined();
            expect(sent.answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
          }
      }
    },
  );

  it('leaves the connection to further requests, once the body has come', async () => {
    using connection = await rawConnection(asking.base);
    connection.send(requestHead('POST', '/nothing', `Content-Length: ${MIB}`));
    expect(await connection.read(1)).toMatchObject([{ status: 404 }]);
    for (const piece of pieces(MIB)) connection.send(piece);
    connection.send(requestHead('GET', '/ping'));
    expect(await connection.read(1)).toMatchObject([{ status: 200 }]);
  });

  it('comes at once, and not when the rest of the request has come', async () => {
    using connection = await rawConnection(asking.base);
    connection.send(`${requestHead('POST', '/at-once', `Content-Length: ${MIB}`)}x`);
    expect(await connection.read(1)).toMatchObject([{ status: 404 }]);
    connection.socket.destroy();
    await expect.poll(() => lines.find(({ path }) => path === '/at-once')?.status, { timeout: 10_000 }).toBe(404);
  });

  it('ends the connection of a sender that sends on and on', async () => {
    const endless = (function* () {
      for (let i = 0; i < 16_384; i += 1) yield chunked(PIECE);
    })();
    const head = requestHead('POST', '/nothing', 'Transfer-Encoding: chunked');
    const { bytes } = await sendAll(head, endless);
    expect(bytes).toBeGreaterThan(250 * MIB);
    expect(bytes).toBeLessThan(320 * MIB);
  });

  it('ends the connection of a sender that sends no more', async () => {
    using connection = await rawConnection(asking.base);
    connection.send(requestHead('POST', '/nothing', `Content-Length: ${MIB}`));
    expect(await connection.read(2)).toMatchObject([{ status: 404 }]);
    await connection.closed;
  });
});
