import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestLine } from '../../../server/http/request-line.ts';
import { directAdmission } from '../../support/admission.ts';
import { openTestLog } from '../../support/log.ts';
import { serveApp } from '../listening.ts';
import { statusText } from './answers.ts';
import type { Variant } from '../variants.ts';

/* Refusals before the application sees a request, in the words of Go's net/http, on which both genuine servers stand. */

let opened: Awaited<ReturnType<typeof openTestLog>>;
beforeAll(async () => {
  opened = await openTestLog();
});
afterAll(() => opened.close());

const PING = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n';

/** Sends text on a connection of its own, and gives all that came back until it was closed. */
async function answersTo(text: string | readonly string[], variant: Variant = {}): Promise<string> {
  await using served = await serveApp(opened.log, {}, variant);
  const [first = '', ...rest] = typeof text === 'string' ? [text] : text;
  const connection = await served.open(first);
  for (const more of rest) {
    await new Promise((later) => setTimeout(later, 20));
    connection.socket.write(more);
  }
  await expect.poll(() => connection.closed, { timeout: 10_000 }).toBe(true);
  return connection.seen;
}

/** Status, media type and body of the last answer, all of which say that the connection closes. */
async function refusalOf(text: string | readonly string[], variant: Variant = {}) {
  const last = (await answersTo(text, variant)).split(/(?=HTTP\/1\.1 )/).at(-1) ?? '';
  const [head = '', body] = last.split('\r\n\r\n');
  expect(head).toMatch(/\r\nConnection: close(\r\n|$)/);
  return [Number(head.slice(9, 12)), /\r\nContent-Type: ([^\r]*)/.exec(head)?.[1], body];
}

const PLAIN_TYPE = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
const head = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');
const get = (...headers: readonly string[]): string => head('GET /ping HTTP/1.1', ...headers);

describe('RFC 9112 §3.2: Host', () => {
  it.each([
    ['missing', get(), 'missing required Host header'],
    ['there twice', get('Host: x', 'Host: x'), 'too many Host headers'],
    ['there twice, in other letters', get('Host: x', 'hOST: y'), 'too many Host headers'],
    ['there twice in HTTP/1.0', head('GET / HTTP/1.0', 'Host: x', 'Host: y'), 'too many Host headers'],
    ['with a blank in it', get('Host: a b'), 'malformed Host header'],
    ['with a slash in it', get('Host: a/b'), 'malformed Host header'],
    ['with a letter beyond ASCII', get('Host: \u00e4'), 'malformed Host header'],
  ])('is refused when it is %s', async (_, text, reason) => {
    expect(await refusalOf(text)).toEqual([400, PLAIN_TYPE, `400 Bad Request: ${reason}`]);
  });

  it.each([
    get('Host:', 'Connection: close'),
    get('Host: [::1]:3000', 'Connection: close'),
    head('GET /ping HTTP/1.0'),
  ])('is taken when it is empty, an address, or missing in HTTP/1.0: %j', async (text) => {
    expect(await answersTo(text)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('transfer codings', () => {
  it.each(['gzip', 'gzip, chunked', 'identity', 'chunked, chunked', 'chunked, gzip'])(
    'other than chunked are 501: %s',
    async (coding) => {
      const text = head('POST /api/v2/log/entries HTTP/1.1', 'Host: x', `Transfer-Encoding: ${coding}`);
      expect(await refusalOf(text)).toEqual([501, PLAIN_TYPE, 'Unsupported transfer encoding']);
    },
  );
});

describe('versions of HTTP', () => {
  it.each(['HTTP/2.0', 'HTTP/0.9', 'HTTP/3.0'])('other than 1.x are 505: %s', async (version) => {
    expect(await refusalOf(head(`GET /ping ${version}`, 'Host: x'))).toEqual([
      505,
      PLAIN_TYPE,
      '505 HTTP Version Not Supported: unsupported protocol version',
    ]);
  });

  it.each(['HTTP/1', 'HTTP/x.y', 'FTP/1.1'])('that are none are 400: %s', async (version) => {
    expect(await refusalOf(head(`GET /ping ${version}`, 'Host: x'))).toEqual([400, PLAIN_TYPE, '400 Bad Request']);
  });
});

describe('methods that Node does not know', () => {
  const of = (method: string, path: string): string => head(`${method} ${path} HTTP/1.1`, 'Host: x');

  it.each(['FOO', 'get', 'GETT', 'P-O_ST', 'X'])('are answered as other methods are: %s', async (method) => {
    const notAllowed = [501, JSON_TYPE, statusText(12, 'Method Not Allowed')];
    expect(await refusalOf(of(method, '/api/v2/log/entries'))).toEqual(notAllowed);
    expect(await refusalOf(of(method, '/api/v2/nothing'))).toEqual([404, JSON_TYPE, statusText(5, 'Not Found')]);
    const v1 = { code: 405, message: `method ${method} is not allowed, but [GET] are` };
    expect(await refusalOf(of(method, '/api/v1/log'))).toEqual([405, JSON_TYPE, JSON.stringify(v1)]);
    expect((await refusalOf(of(method, '/')))[0]).toBe(200);
  });

  it('are answered behind earlier requests, also in one packet, and are log lines', async () => {
    const lines: RequestLine[] = [];
    const report = { request: (line: RequestLine) => void lines.push(line), error: () => undefined };
    for (const text of [`${PING}${of('FOO', '/ping')}`, [PING, of('FOO', '/ping')]]) {
      const seen = await answersTo(text, { report });
      expect(seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
    }
    await expect
      .poll(() => lines.map(({ method, status }) => [method, status]))
      .toEqual([
        ['GET', 200],
        ['FOO', 404],
        ['GET', 200],
        ['FOO', 404],
      ]);
  });

  it('are refused with 400 when their headers are none, or do not come whole', async () => {
    for (const text of [head('FOO / HTTP/1.1', 'Host x'), 'FOO / HTTP/1.1\r\nHost: x', '\0\x16\x03\x01'])
      expect(await refusalOf(text)).toEqual([400, PLAIN_TYPE, '400 Bad Request']);
    expect(await refusalOf(head('FOO / HTTP/1.1'))).toEqual([
      400,
      PLAIN_TYPE,
      '400 Bad Request: missing required Host header',
    ]);
  });

  it('CONNECT is one of them', async () => {
    const text = head('CONNECT /api/v2/log/entries HTTP/1.1', 'Host: x');
    expect(await refusalOf(text)).toEqual([501, JSON_TYPE, statusText(12, 'Method Not Allowed')]);
    const authority = head('CONNECT example.com:443 HTTP/1.1', 'Host: x');
    expect(await refusalOf(authority)).toEqual([400, PLAIN_TYPE, '400 Bad Request']);
    const alone = { settings: { apis: ['rekor-v2'] } } as const;
    expect(await refusalOf(authority, alone)).toEqual([400, JSON_TYPE, statusText(3, 'Bad Request')]);
  });
});

describe('RFC 9110 §10.1.1: Expect', () => {
  it('is refused unless it is 100-continue, as by net/http', async () => {
    expect(await refusalOf(get('Host: x', 'Expect: tea'))).toEqual([417, undefined, '']);
    expect(await answersTo(get('Host: x', 'Expect: 100-Continue', 'Connection: close'))).toMatch(/HTTP\/1\.1 200 /);
  });

  it('can stand before a request with a method that Node does not know', async () => {
    const seen = await answersTo(get('Host: x', 'Expect: tea') + head('BREW /ping HTTP/1.1', 'Host: x'));
    expect(seen).toMatch(/^HTTP\/1\.1 417 /);
  });
});

describe('a connection that Node gives away for CONNECT', () => {
  it('ends nothing but itself when its sender resets it', async () => {
    const thrown: Error[] = [];
    const note = (error: Error): void => void thrown.push(error);
    process.on('uncaughtExceptionMonitor', note);
    await using served = await serveApp(opened.log);
    for (const before of ['', PING, PING + PING]) {
      const { socket } = await served.open();
      await new Promise<unknown>((sent) => {
        socket.write(`${before}${head('CONNECT x:1 HTTP/1.1', 'Host: x')}`, sent);
      });
      socket.resetAndDestroy();
    }
    expect(await answersTo(get('Host: x', 'Connection: close'))).toMatch(/^HTTP\/1\.1 200 /);
    process.off('uncaughtExceptionMonitor', note);
    expect(thrown).toEqual([]);
  });
});

describe('targets that are no path', () => {
  it('OPTIONS * is 200, and has no body', async () => {
    const seen = await answersTo(head('OPTIONS * HTTP/1.1', 'Host: x', 'Connection: close'));
    expect(seen).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\nContent-Length: 0\r\n[\s\S]*\r\n\r\n$/);
  });
});

describe('what cannot be parsed', () => {
  it.each([
    ['a header without a colon', get('Host: x', 'nothing')],
    ['a length that is no number', get('Host: x', 'Content-Length: x')],
    ['two lengths', get('Host: x', 'Content-Length: 1', 'Content-Length: 2')],
    ['an escape that is none', head('GET /api/v2/%zz HTTP/1.1', 'Host: x')],
    ['a host that is none in a target', head('GET http://[::1/healthz HTTP/1.1', 'Host: x')],
    ['a target that is no path', head('GET nothing HTTP/1.1', 'Host: x')],
    ['no request at all', '\r\n\r\nnonsense\r\n\r\n'],
  ])('is refused with a body: %s', async (_, text) => {
    expect(await refusalOf(text)).toEqual([400, PLAIN_TYPE, '400 Bad Request']);
  });

  it('is 431 when the headers are too long', async () => {
    expect(await refusalOf(get('Host: x', `X: ${'y'.repeat(17_000)}`))).toEqual([
      431,
      PLAIN_TYPE,
      '431 Request Header Fields Too Large',
    ]);
  });

  it('is refused in the middle of a body, whose request is never going to be whole', async () => {
    const start = head('POST /api/v1/log/entries HTTP/1.1', 'Host: x', 'Content-Type: application/json');
    const chunked = start.replace('Host', 'Transfer-Encoding: chunked\r\nHost');
    expect(await refusalOf([chunked, '2\r\n{}\r\nnonsense\r\n'])).toEqual([400, PLAIN_TYPE, '400 Bad Request']);
  });

  it('is refused behind the answer to a request that is whole', async () => {
    const gate = Promise.withResolvers<void>();
    const admission = directAdmission();
    const slow = { ...admission, create: async (body: Uint8Array) => gate.promise.then(() => admission.create(body)) };
    const whole = `${head('POST /api/v1/log/entries HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Content-Length: 2')}{}`;
    const seen = answersTo([whole, 'nonsense\r\n\r\n'], { admission: slow });
    setTimeout(() => gate.resolve(), 100);
    expect((await seen).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 422', 'HTTP/1.1 400']);
  });

  it('is refused behind the answers to all requests that are whole, where it breaks a later body', async () => {
    const gate = Promise.withResolvers<void>();
    const admission = directAdmission();
    const slow = { ...admission, create: async (body: Uint8Array) => gate.promise.then(() => admission.create(body)) };
    const post = (...more: string[]): string =>
      head('POST /api/v1/log/entries HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...more);
    const whole = `${post('Content-Length: 2')}{}`;
    await using served = await serveApp(opened.log, {}, { admission: slow });
    const connection = await served.open(`${whole}${PING}${post('Transfer-Encoding: chunked')}2\r\n{}\r\nnonsense\r\n`);
    // Answered by the same event loop, and after it: the parser has met the nonsense by then.
    const other = await served.open(PING);
    await expect.poll(() => other.seen).toContain('200 OK');
    expect(connection.seen).toBe('');
    gate.resolve();
    await expect.poll(() => connection.closed, { timeout: 10_000 }).toBe(true);
    expect(connection.seen.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 422', 'HTTP/1.1 200', 'HTTP/1.1 400']);
  });
});
