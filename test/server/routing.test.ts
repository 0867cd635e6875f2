import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';

const ENTRIES = '/api/v1/log/entries';

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

/** Sends a request that no client library would send. */
async function raw(
  base: string,
  options: { method: string; path: string; headers?: Record<string, string> },
  body?: string,
) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: object; text: string }>();
  const asked = request(base, { ...options, path: options.path }, (response) => {
    text(response).then(
      (seen) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: seen }),
      reject,
    );
  });
  asked.on('error', reject).end(body);
  return promise;
}

describe('rekor-v1 §1.4: paths', () => {
  it.each(['/api/v1/log/', '//api//v1/log', '/api/./v1/log', '/api/v2/../v1/log/.', '/x/../../api/v1/log'])(
    'cleans %s',
    async (path) => {
      const { status, text: seen } = await raw(asking.base, { method: 'GET', path });
      expect([status, seen]).toEqual([200, (await asking.get('/api/v1/log')).text]);
    },
  );

  it.each(['/api/v1/version', '/api/v1/timestamp', '/api/v1', '/API/v1/log', '/api/v1/log/entries/a/b'])(
    'answers 404 to %s',
    async (path) => {
      const { status, text: seen } = await asking.get(path);
      expect([status, seen]).toEqual([404, `{"code":404,"message":"path ${path} was not found"}`]);
    },
  );

  it('shows an unknown path as it was escaped', async () => {
    const { text: seen } = await raw(asking.base, { method: 'GET', path: "/a%20b/%3Cscript%3E/<b>&'?q=1" });
    expect(seen).toBe('{"code":404,"message":"path /a%20b/%3Cscript%3E/\\u003cb\\u003e\\u0026\' was not found"}');
  });

  it('answers 404 to a question about the server as a whole, which only OPTIONS may ask', async () => {
    const { status, text: seen } = await raw(asking.base, { method: 'GET', path: '*' });
    expect([status, seen]).toEqual([404, '{"code":404,"message":"path * was not found"}']);
    expect((await raw(asking.base, { method: 'OPTIONS', path: '*' })).status).toBe(200);
  });

  it('takes what looks like a fragment for a part of the path', async () => {
    const { status, text: seen } = await raw(asking.base, { method: 'GET', path: '/api/v1/log#size' });
    expect([status, seen]).toEqual([404, '{"code":404,"message":"path /api/v1/log%23size was not found"}']);
  });

  it('answers 400 to an escape that is none', async () => {
    expect((await asking.get('/api/v1/log/entries/%zz')).status).toBe(400);
    expect((await asking.get('/api/v1/log/entries/%ff')).status).toBe(400);
  });

  it('takes a request target in absolute form', async () => {
    const { status } = await raw(asking.base, { method: 'GET', path: 'http://other.example/api/v1/log' });
    expect(status).toBe(200);
  });
});

describe('rekor-v1 §1.2: methods', () => {
  it.each([
    ['HEAD', '/api/v1/log', 'GET'],
    ['PUT', '/api/v1/log', 'GET'],
    ['OPTIONS', '/api/v1/log/proof', 'GET'],
    ['DELETE', ENTRIES, 'POST,GET'],
    ['PATCH', `${ENTRIES}/retrieve`, 'POST,GET'],
    ['POST', `${ENTRIES}/${'ab'.repeat(32)}`, 'GET'],
    ['GET', '/api/v1/index/retrieve', 'POST'],
    ['POST', '/readyz', 'GET,HEAD'],
    ['POST', '/docs', 'GET,HEAD'],
  ])('answers 405 to %s %s', async (method, path, allow) => {
    const answer = await asking.send(method, path);
    expect([answer.status, answer.headers['allow']?.split(',').sort()]).toEqual([405, allow.split(',').sort()]);
    const message = `method ${method} is not allowed, but [${answer.headers['allow']}] are`;
    expect(answer.text).toBe(method === 'HEAD' ? '' : JSON.stringify({ code: 405, message }));
  });

  it('answers /ping in any case to GET and HEAD, and to nothing else', async () => {
    const { status, text: seen, headers } = await asking.get('/PinG');
    expect([status, seen, headers['content-type']]).toEqual([200, '.', 'text/plain']);
    const head = await asking.send('HEAD', '/ping');
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '1']);
    expect((await asking.send('POST', '/ping')).status).toBe(404);
    expect((await asking.get('/p%69ng')).status).toBe(200);
    expect((await asking.get('/Ping/')).status).toBe(404);
  });
});

describe('rekor-v1 §1.4: Accept', () => {
  it.each(['text/plain', 'application/json;q=0', 'text/*', 'application/xml, text/html;q=0.9'])(
    'answers 406 to %s',
    async (accept) => {
      const { status, text: seen } = await asking.get('/api/v1/log', { Accept: accept });
      const message = 'unsupported media type requested, only [application/json] are available';
      expect([status, seen]).toEqual([406, `{"code":406,"message":"${message}"}`]);
    },
  );

  it.each([
    '',
    '*/*',
    'application/*',
    'application/json',
    'text/html,application/xhtml+xml,*/*;q=0.8',
    'Application/JSON; charset=utf-8',
  ])('answers JSON to %j', async (accept) => {
    const { status, headers } = await asking.get('/api/v1/log', { Accept: accept });
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  });

  it('looks at the Content-Type of a body before all else, and takes a missing one for octets', async () => {
    const untyped = await raw(asking.base, { method: 'POST', path: ENTRIES, headers: { Accept: 'text/plain' } }, '{}');
    const message = 'unsupported media type \\"application/octet-stream\\", only [application/json] are allowed';
    expect([untyped.status, untyped.text]).toEqual([415, `{"code":415,"message":"${message}"}`]);
    const empty = await raw(asking.base, { method: 'POST', path: ENTRIES, headers: { Accept: 'text/plain' } });
    expect(empty.status).toBe(406);
  });

  it('looks at the Content-Type of a body also where none is read', async () => {
    const status = async (type: Record<string, string>) =>
      (
        await raw(
          asking.base,
          { method: 'GET', path: '/api/v1/log', headers: { ...type, 'Content-Length': '2' } },
          '{}',
        )
      ).status;
    expect([await status({}), await status({ 'Content-Type': 'application/json' })]).toEqual([415, 200]);
  });
});

describe('rekor-v1 §1.4: CORS', () => {
  const origin = { Origin: 'https://search.example' };

  it('lets every origin read, and says that it depends on the origin', async () => {
    const without = await asking.get('/api/v1/log');
    expect([without.headers['vary'], without.headers['access-control-allow-origin']]).toEqual(['Origin', undefined]);
    for (const path of ['/api/v1/log', '/nowhere', '/ping', '/']) {
      const { headers } = await asking.get(path, origin);
      expect([headers['vary'], headers['access-control-allow-origin']]).toEqual(['Origin', '*']);
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers['access-control-expose-headers']).toBeUndefined();
    }
  });

  const preflight = { ...origin, 'Access-Control-Request-Method': 'POST' };
  it.each(['content-type', 'accept, content-type,x-requested-with', 'accept,, content-type ,'])(
    'answers a preflight for %s',
    async (names) => {
      const headers = { ...preflight, 'Access-Control-Request-Headers': names };
      const answer = await asking.send('OPTIONS', ENTRIES, headers);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': names,
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      });
      expect(answer.headers['access-control-max-age']).toBeUndefined();
    },
  );

  it.each([
    { ...preflight, 'Access-Control-Request-Headers': 'authorization' },
    { ...preflight, 'Access-Control-Request-Headers': 'Content-Type' },
    { ...preflight, 'Access-Control-Request-Headers': 'content-type,accept' },
    { ...preflight, 'Access-Control-Request-Headers': 'accept,  content-type' },
    { ...preflight, 'Access-Control-Request-Headers': ','.repeat(17) },
    { ...preflight, 'Access-Control-Request-Method': 'DELETE' },
    { 'Access-Control-Request-Method': 'POST' },
  ])('allows nothing to a preflight with %j', async (headers) => {
    const answer = await asking.send('OPTIONS', ENTRIES, headers);
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, undefined]);
    expect(answer.headers['vary']).toBe('Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  });
});
